import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { main } from "../../../collector/cli/findings.ts";
import { UsageError } from "../../../collector/cli/usage-error.ts";
import { type LiveBuild, liveBuild, packed } from "../support/live-build.ts";
import { Scenario } from "../support/scenario.ts";

/** A build with one finding for each program, of medium confidence, and what `SOURCE_DATE_EPOCH` says. */
function recording(
  programs: readonly string[],
  epoch = "1700000000",
  facts: ConstructorParameters<typeof Scenario>[0] = {},
): string {
  const environment =
    epoch === "" ? [] : [{ name: Buffer.from("SOURCE_DATE_EPOCH"), value: Buffer.from(epoch) }];
  const b = liveBuild(new Scenario({ environment, ...facts }));
  for (const program of programs) connects(b, program);
  packed(b, {});
  return b.s.save();
}

function connects({ s, build, root }: LiveBuild, program: string): void {
  const hook = s.run(build, ["/root/0500-a.hook.chroot"], { interpreter: "/bin/sh", root });
  const by = s.run(hook, [program, `http://127.0.0.1/${program}`], { root });
  s.add({ kind: "connection", time: s.time, ...by, address: "127.0.0.1", port: 80, protocol: 6 });
}

async function run(...args: string[]) {
  const texts = { out: "", err: "" };
  const into = (key: "out" | "err") => (data: unknown) => {
    texts[key] += String(data);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out") as never),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err") as never),
  ];
  try {
    return { status: await main(args), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-findings-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("exits 1 for findings at or above the level, and 0 where none was asked for", async () => {
  const build = recording(["curl"]);
  expect(await run(build)).toMatchObject({
    status: 0,
    out: expect.stringContaining("1 finding of build test-build: 1 medium"),
  });
  expect(await run("--fail-on", "high", build)).toMatchObject({ status: 0 });
  expect(await run("--fail-on", "medium", build)).toMatchObject({ status: 1 });
  expect(await run("--fail-on", "low", build)).toMatchObject({ status: 1 });
  expect(await run("--fail-on", "low", recording([]))).toMatchObject({
    status: 0,
    out: "0 findings of build test-build: none\n",
  });
});

test("a build without SOURCE_DATE_EPOCH, or with one that is no time, is a finding of high confidence", async () => {
  for (const epoch of ["", "yesterday"]) {
    const { status, out } = await run("--fail-on", "high", "--format", "json", recording([], epoch));
    expect(status).toBe(1);
    expect(JSON.parse(out).findings).toMatchObject([
      { path: "", source: "timestamp", culprit: { kind: "command", name: "SOURCE_DATE_EPOCH" } },
    ]);
  }
});

test("with a baseline only a new finding fails, and a known one is not listed", async () => {
  const file = join(scratch(), "baseline.json");
  expect(await run("--write-baseline", file, recording(["curl", "wget"]))).toMatchObject({ status: 0 });
  const known = ["--fail-on", "new", "--baseline", file];
  const same = await run(...known, recording(["wget", "curl"]));
  expect(same).toMatchObject({
    status: 0,
    out: "0 new findings of build test-build: none\n2 accepted by the baseline\n",
  });
  const other = await run(...known, recording(["curl", "git"]));
  expect(other.status).toBe(1);
  expect(other.out).toContain("1 new finding of build test-build: 1 medium, because of 1 culprit\n");
  expect(other.out).toContain("1 accepted by the baseline; 1 that it accepts is gone: write it anew\n");
  expect(other.out).toContain("git connected to 127.0.0.1 port 80");
  const { out } = await run(...known, "--format", "json", recording(["curl", "git"]));
  expect(JSON.parse(out)).toMatchObject({ gone: 1, findings: [{}, {}] });
  expect(
    JSON.parse(out)
      .findings.map(({ accepted }: { accepted: boolean }) => accepted)
      .sort(),
  ).toEqual([false, true]);
});

test("the baseline accepts for every level", async () => {
  const file = join(scratch(), "baseline.json");
  await run("--write-baseline", file, recording(["curl"]));
  expect(await run("--fail-on", "low", "--baseline", file, recording(["curl"]))).toMatchObject({ status: 0 });
});

test("a comment in the baseline outlives that it is written anew", async () => {
  const file = join(scratch(), "baseline.json");
  await run("--write-baseline", file, recording(["curl"]));
  const baseline = JSON.parse(readFileSync(file, "utf8"));
  baseline.accepted[0].comment = "the mirror is ours";
  writeFileSync(file, JSON.stringify(baseline));
  await run("--baseline", file, "--write-baseline", file, recording(["curl", "git"]));
  expect(JSON.parse(readFileSync(file, "utf8")).accepted).toHaveLength(2);
  expect(readFileSync(file, "utf8")).toContain("the mirror is ours");
});

test("two builds with the same findings give the same bytes, wherever and whenever they were made", async () => {
  const first = recording(["curl", "git"], undefined, { build: "a" });
  const second = recording(["curl", "git"], undefined, {
    build: "b",
    offset: 1_800_000_000_000_000,
    directory: Buffer.from("/elsewhere"),
  });
  for (const args of [
    ["--format", "json", "--stable"],
    ["--format", "sarif"],
    ["--format", "junit"],
    ["--stable"],
  ]) {
    expect((await run(...args, first)).out).toBe((await run(...args, second)).out);
  }
});

test("an incomplete recording says so in every format, and on standard error where a program reads", async () => {
  const b = liveBuild();
  const path = b.s.save(); // no end
  expect((await run(path)).out).toMatch(/^INCOMPLETE recording:\n {2}the recording was not closed/);
  for (const format of ["json", "sarif", "junit", "markdown"]) {
    const { out, err } = await run("--format", format, path);
    expect(err).toMatch(/^isotrace: INCOMPLETE: the recording was not closed[^\n]*\n$/);
    expect(out).toMatch(/INCOMPLETE|"complete": false/);
  }
});

test("usage errors name what is wrong and what to do, in one line", async () => {
  const directory = scratch();
  const build = recording([]);
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const cases: [string[], RegExp][] = [
    [[], /give one BUILD/],
    [["--format", "xml", build], /--format must be one of text, json, sarif, junit, markdown/],
    [
      ["--fail-on", "sometimes", build],
      /--fail-on must be one of high, medium, low, new, but it is "sometimes"/,
    ],
    [["--fail-on", "new", build], /--fail-on new needs --baseline FILE; write one first/],
    [["--baseline", join(directory, "none"), build], /none/],
    [["--baseline", directory, build], /must be a file/],
    [["--baseline", write("cut", `{"isotraceBaseline": 1, "acc`), build], /cut: not a baseline: not JSON/],
    [["--baseline", write("other", `{"version": 1}`), build], /no member "isotraceBaseline"; make one/],
    [["--baseline", write("bytes", "\u0000\u0001"), build], /not JSON/],
    [["--write-baseline", join(directory, "none/b"), build], /--write-baseline: .*ENOENT.*; give a file/],
  ];
  for (const [args, message] of cases) {
    const error = await run(...args).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  }
  expect(existsSync(join(directory, "none"))).toBe(false);
});
