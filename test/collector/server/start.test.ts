import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { isotrace } from "../../e2e/lib/paths.ts";
import { temporary } from "./support.ts";

test("a collector whose port another process has says so in one line, and ends", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const args = ["collect", "--data", temporary(), "--listen", `127.0.0.1:${port}`];
  const { exitCode, stderr } = await execa(isotrace, args, { reject: false });
  expect(exitCode).toBe(2);
  expect(stderr.split("\n").at(-1)).toMatch(
    /^isotrace: collect: 127\.0\.0\.1:\d+ must be .*EADDRINUSE; give another --listen$/,
  );
});

test.each([["cert"], ["config"]])(
  "a file of --%s that is not there is named, with what to do",
  async (option) => {
    const file = join(temporary(), "none");
    const args = [
      "collect",
      "--data",
      temporary(),
      `--${option}`,
      file,
      ...(option === "cert" ? ["--key", file] : []),
    ];
    const { exitCode, stderr } = await execa(isotrace, args, { reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `isotrace: --${option}: ${file}: must be a file that can be read, but: ENOENT; check its path and its owner`,
    );
  },
);
