import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import * as diff from "../../../collector/cli/diff.ts";
import { UsageError } from "../../../collector/cli/usage-error.ts";
import { TestBuild } from "../diff/builds.ts";

/** A recording of a build whose hook writes this into /etc/x. */
function recording(text: string, at = 1_764_000_000, end: "ended" | "open" = "ended"): string {
  const build = new TestBuild({ at, pid: at % 20_000 });
  build.file("/etc/x", text);
  build.file("/etc/\x1b[31m\xff", `${text}y`);
  return build.save(end);
}

/** What the command prints to standard output, and its exit status. */
async function printed(...args: string[]) {
  let out = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation(((data: string) => {
    out += data;
    return true;
  }) as never);
  onTestFinished(() => void vi.restoreAllMocks());
  try {
    return { status: await diff.main(args), out };
  } finally {
    spy.mockRestore();
  }
}

test("exits 0 for the same, 1 for a difference, 2 where nothing can be said", async () => {
  const same = await printed(recording("yes\n"), recording("yes\n", 1_764_090_000));
  expect(same).toMatchObject({ status: 0, out: expect.stringContaining("THE SAME: all of 3 paths") });
  const other = await printed(recording("yes\n"), recording("no\n", 1_764_090_000));
  expect(other).toMatchObject({
    status: 1,
    out: expect.stringContaining("DIFFERENT: 2 of 3 paths, from 1 cause"),
  });
  const [empty, part] = [new TestBuild(), new TestBuild()];
  empty.entries.clear();
  await expect(diff.main([empty.save(), recording("yes\n")])).rejects.toThrow(
    /nothing to compare: no file system.*in A/,
  );
  part.file("/etc/x", "yes\n", { sha256: Buffer.alloc(0), problem: "unreadable" });
  expect(await printed(part.save(), part.save())).toMatchObject({
    status: 2,
    out: expect.stringContaining("NOT KNOWN"),
  });
});

test("text: incomplete recordings are told of at the top, and nothing in a recording commands the terminal", async () => {
  const { out } = await printed(recording("yes\n"), recording("no\n", 1_764_090_000, "open"));
  expect(out).toMatch(/^INCOMPLETE:\n {2}B: the recording was not closed/);
  expect(out).toContain("/etc/\\x1b[31m\\xff");
  for (const hostile of ["\x1b", "\xff"]) expect(out).not.toContain(hostile);
  expect(out).toContain('line 1: "yes" and "no"');
  expect(out).toContain("hook 0100-make.hook.chroot: unclassified");
});

test("json: one document, the same for the same recordings, with paths that are not UTF-8 as bytes", async () => {
  const [a, b] = [recording("yes\n"), recording("no\n", 1_764_090_000)];
  const first = await printed("--format", "json", a, b);
  expect((await printed("--format", "json", a, b)).out).toBe(first.out);
  const json = JSON.parse(first.out);
  const bytes = { bytes: Buffer.from("/etc/\x1b[31m\xff", "latin1").toString("base64") };
  expect(json).toMatchObject({
    version: 1,
    identical: false,
    complete: true,
    causes: [
      {
        culprit: { kind: "hook", name: "0100-make.hook.chroot" },
        source: "unclassified",
        paths: [bytes, "/etc/x"],
      },
    ],
    effects: [],
  });
});

test("markdown: a table of the causes, in which nothing of a recording is markup", async () => {
  const [a, b] = [recording("<b>|*yes*\n"), recording("<i>|`no`\n", 1_764_090_000)];
  const { out } = await printed("--format", "markdown", a, b);
  expect(out).toContain("| Culprit | Source | Paths | First place | Remedy |");
  expect(out).not.toMatch(/<b>|<i>|(?<!\\)\*yes/);
  expect(out.split("\n").filter((line) => line.startsWith("| hook"))).toHaveLength(1);
});

test("usage errors name what is wrong and what to do", async () => {
  const path = recording("yes\n");
  const garbage = join(dirname(path), "garbage");
  writeFileSync(garbage, "garbage\n");
  const cases: [string[], RegExp][] = [
    [[path], /give two builds/],
    [[path, path, path], /give two builds/],
    [["--format", "xml", path, path], /--format must be one of text, json, markdown/],
    [["--diffoscope", "--format", "json", path, path], /--diffoscope appends text/],
    [["/nonexistent", path], /\/nonexistent: not a build/],
    [[garbage, path], /garbage: not a recording/],
    [[path, garbage], /garbage: not a recording/],
    [[garbage, garbage], /garbage: not a recording/],
  ];
  for (const [args, message] of cases) {
    const error = await diff.main(args).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, args.join(" ")).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
  }
});

test("--diffoscope: says what to install, or appends what diffoscope says of what is left unexplained", async () => {
  const { out } = await printed("--diffoscope", recording("yes\n"), recording("no\n", 1_764_090_000));
  expect(out).toMatch(/\ndiffoscope (is not installed: apt-get install diffoscope|of \/etc\/x)/);
  const explained = await printed(
    "--diffoscope",
    recording("1764000003\n"),
    recording("1764090003\n", 1_764_090_000),
  );
  expect(explained.out).toContain("nothing is left that it could be called for");
});
