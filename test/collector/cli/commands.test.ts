import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import * as analyze from "../../../collector/cli/analyze.ts";
import * as manifest from "../../../collector/cli/manifest.ts";
import { UsageError } from "../../../collector/cli/usage-error.ts";
import * as why from "../../../collector/cli/why.ts";
import { resolveBuild } from "../../../collector/resolve-build.ts";
import { liveBuild, packed } from "../support/live-build.ts";
import { nobody, Scenario } from "../support/scenario.ts";

function recording(): string {
  const b = liveBuild();
  b.s.create(b.build, "chroot/etc/f");
  b.s.create(b.build, "chroot/etc/\xff");
  packed(b, { "/etc/f": {}, "/etc/\xff": {} });
  return b.s.save();
}

/** What a command prints to standard output and to standard error, and its exit status. */
async function printed(command: { main(args: string[]): Promise<number> }, ...args: string[]) {
  const texts = { out: "", err: "" };
  const into = (key: "out" | "err") => (data: unknown) => {
    texts[key] += typeof data === "string" ? data : Buffer.from(data as Uint8Array).toString("latin1");
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

test("why: a known path exits 0 with its story, an unknown one 1 with a hint; JSON is one document", async () => {
  const path = recording();
  const known = await printed(why, path, "/etc/f");
  expect(known.status).toBe(0);
  expect(known.out).toContain("/bin/sh /usr/lib/live/build/build");
  const unknown = await printed(why, path, "/usr/f");
  expect(unknown).toEqual({ status: 1, out: "", err: expect.stringContaining("did you mean /etc/f?") });
  const json = await printed(why, "--format", "json", path, "/usr/f");
  expect(JSON.parse(json.out)).toMatchObject({ version: 1, path: "/usr/f", state: "absent", writers: [] });
  expect(json.status).toBe(1);
});

test("why: a recording without an image says so, and not that the path is misspelt", async () => {
  const s = new Scenario();
  s.create(s.run(nobody, ["maker"]), "file");
  s.end();
  const { status, err } = await printed(why, s.save(), "/file");
  expect({ status, err }).toMatchObject({
    status: 1,
    err: expect.stringContaining("has no image to look in"),
  });
});

test("why: a path that is not UTF-8 is given by the bytes that the JSON has", async () => {
  const path = recording();
  const bytes = Buffer.from("/etc/\xff", "latin1").toString("base64");
  const { status, out } = await printed(why, "--format", "json", "--bytes", bytes, path);
  expect(status).toBe(0);
  expect(JSON.parse(out).path).toEqual({ bytes });
  await expect(why.main([path, "/etc/\ufffd"])).rejects.toThrow(/--bytes/);
});

test("usage errors name what is wrong and what to do", async () => {
  const path = recording();
  const garbage = join(dirname(path), "garbage");
  writeFileSync(garbage, "garbage\n");
  const cases: [{ main(args: string[]): Promise<number> }, string[], RegExp][] = [
    [why, [path], /give one BUILD and one PATH/],
    [why, [path, "etc/f"], /must be absolute.*"etc\/f"; begin it with "\/"/],
    [why, ["--format", "xml", path, "/etc/f"], /--format must be one of text, json, but it is "xml"/],
    [why, ["/nonexistent", "/etc/f"], /\/nonexistent: not a build: no recording there/],
    [why, [garbage, "/etc/f"], /garbage: not a recording/],
    [why, ["--bytes", "?", path], /must be base64/],
    [manifest, [], /give one BUILD or MANIFEST/],
    [manifest, [garbage], /garbage line 1: must be "---"/],
    [analyze, [garbage], /garbage: not a recording/],
  ];
  for (const [command, args, message] of cases) {
    const error = await command.main(args).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  }
});

test("manifest: of a bare build-manifest file it prints the same bytes, and its JSON", async () => {
  const file = join(import.meta.dirname, "../manifest/reference/tails-amd64-3.15.build-manifest");
  const tails = await printed(manifest, file);
  expect(tails.out).toBe(readFileSync(file, "latin1"));
  const { packages, build } = JSON.parse((await printed(manifest, "--format", "json", file)).out);
  expect(build).toBeNull();
  expect(packages[0]).toMatchObject({ kind: "binary", uri: null, where: null });
});

test("analyze: the reports lie beside the recording, or where they are told to", async () => {
  const path = recording();
  const out = join(dirname(path), "other");
  expect((await printed(analyze, path)).out).toBe(`reports in ${dirname(path)}\n`);
  const { out: text } = await printed(analyze, "--format", "json", "--out", out, path);
  expect(JSON.parse(text)).toEqual({ version: 1, out, complete: true, causes: [] });
  expect(readFileSync(join(out, "summary.md"))).toEqual(readFileSync(join(dirname(path), "summary.md")));
});

test("a BUILD is a recording, the directory that has it, or an id below isotrace/", () => {
  const path = recording();
  const cwd = dirname(path);
  mkdirSync(join(cwd, "isotrace"));
  symlinkSync(cwd, join(cwd, "isotrace", "some-id"));
  expect(resolveBuild("recording.isotrace", cwd)).toBe(path);
  expect(resolveBuild(cwd, "/")).toBe(path);
  expect(resolveBuild("some-id", cwd)).toBe(join(cwd, "isotrace/some-id/recording.isotrace"));
});
