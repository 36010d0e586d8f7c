import { onTestFinished, vi } from "vitest";

/** What a command prints to standard output and to standard error, as byte strings, and its exit status. */
export async function run(command: { main(args: string[]): Promise<number> }, ...args: string[]) {
  const texts = { out: "", err: "" };
  const into = (key: "out" | "err") => (data: unknown) => {
    texts[key] += Buffer.from(data as Uint8Array).toString("latin1");
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out") as never),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err") as never),
  ];
  onTestFinished(() => void vi.restoreAllMocks());
  try {
    return { status: await command.main(args), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
