import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { Tokens } from "../../../collector/server/tokens.ts";
import { isotrace } from "../../e2e/lib/paths.ts";
import { collecting, send, small, temporary } from "../server/support.ts";

/** A collector with a build, a token that reads, and a cache. */
async function place() {
  const data = temporary();
  const tokens = new Tokens(data);
  const reader = tokens.make("reader", ["read"]);
  const sender = tokens.make("sender", ["ingest"]);
  const running = await collecting(data);
  const scenario = small("far");
  const path = scenario.save();
  await send(running, path, "far", [], sender);
  const cache = temporary();
  const run = (args: string[], token = reader) =>
    execa(isotrace, args, {
      reject: false,
      cwd: cache,
      env: { XDG_CACHE_HOME: cache, ISOTRACE_TOKEN: token },
    });
  return { running, path, cache, run, sender };
}

test("a command takes a collector's build as it takes a file, and fetches it once", async () => {
  const { running, path, cache, run } = await place();
  const local = await execa(isotrace, ["why", path, "/etc/f"]);
  const far = await run(["why", "--collector", running.url, "far", "/etc/f"]);
  expect(far.stderr).toBe("");
  expect(far.stdout).toBe(local.stdout);
  const kept = readdirSync(join(cache, "isotrace/recordings"));
  expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.isotrace$/)]);
  expect(readFileSync(join(cache, "isotrace/recordings", kept[0]!)).equals(readFileSync(path))).toBe(true);
  const manifest = await run(["manifest", `--collector=${running.url.replace("http", "ws")}`, "far"]);
  expect(manifest.stdout).toContain("package: base-files");
  const same = await run(["diff", "--collector", running.url, path, "far"]);
  expect([same.exitCode, same.stderr]).toEqual([0, ""]);
});

test("what the collector does not give is said in one line", async () => {
  const { running, cache, run, sender } = await place();
  const cases: [string[], string | undefined, RegExp][] = [
    [["why", "--collector", running.url, "near", "/etc/f"], undefined, /there is no build "near"/],
    [["why", "--collector", running.url, "far", "/etc/f"], "", /a token is needed/],
    [["why", "--collector", running.url, "far", "/etc/f"], sender, /does not have the scope "read"/],
    [["why", "--collector", "http://127.0.0.1:1", "far", "/etc/f"], undefined, /cannot be reached/],
    [["why", "--collector", "ftp://x", "far", "/etc/f"], undefined, /must be a URL like https/],
    [["why", "far", "/etc/f", "--collector"], undefined, /--collector needs a value/],
    [
      ["why", "--collector", running.url, "--token-file", join(cache, "none"), "far", "/"],
      undefined,
      /ENOENT/,
    ],
  ];
  for (const [args, token, message] of cases) {
    const { exitCode, stderr } = await run(args, token);
    expect([args, exitCode]).toEqual([args, 2]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  }
});

test("a token is read from its file", async () => {
  const { running, cache, run } = await place();
  const file = join(cache, "token");
  writeFileSync(file, `${new Tokens(running.data).make("other", ["read"])}\n`);
  const args = ["why", "--collector", running.url, "--token-file", file, "far", "/etc/f"];
  expect((await run(args, "")).exitCode).toBe(0);
});

test("a recording that is not what the collector received is not taken", async () => {
  const { running, cache, run } = await place();
  const { store } = running.collector;
  const path = store.path(store.list()[0]!.key);
  writeFileSync(path, readFileSync(path).fill(0, 30, 31));
  const { exitCode, stderr } = await run(["why", "--collector", running.url, "far", "/etc/f"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/must have the digest [0-9a-f]{64}, but it has another/);
  expect(readdirSync(join(cache, "isotrace/recordings"))).toEqual([]);
});
