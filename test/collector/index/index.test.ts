import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { describe } from "../../../collector/index/describe.ts";
import { openIndex } from "../../../collector/index/sqlite/open.ts";
import { SqliteIndex } from "../../../collector/index/sqlite/sqlite-index.ts";
import { materialOf } from "../../../collector/report/report.ts";
import type { Facts } from "../../../collector/store/recording-store.ts";
import { whyJson } from "../../../collector/why/json.ts";
import { why } from "../../../collector/why/why.ts";
import { collecting, get, send, small, stored, temporary } from "../server/support.ts";
import { liveBuild, packed } from "../support/live-build.ts";
import type { Scenario } from "../support/scenario.ts";

const every = { limit: 1000, after: "" };

function factsOf(key: string): Facts {
  const states = { isComplete: true, isPinned: false, sha256: "" };
  return {
    key,
    build: "test-build",
    head: "",
    labels: [],
    owner: "",
    begun: 1,
    changed: 1,
    size: 1,
    ...states,
  };
}

function indexWith(...scenarios: Scenario[]): SqliteIndex {
  const index = new SqliteIndex(openIndex(join(temporary(), "index.sqlite")).database);
  for (const [i, scenario] of scenarios.entries()) {
    for (const part of describe(materialOf(scenario.read()), factsOf(`key${i}`))) index.put(`key${i}`, part);
  }
  return index;
}

/** A build with links, names that are not UTF-8, files that were replaced and removed, and one of many writers. */
function tangled(): Scenario {
  const b = liveBuild();
  b.s.mkdirs(b.build, "chroot/usr/bin");
  const entries: Parameters<typeof packed>[1] = {
    "/bin": { type: "symlink", target: Buffer.from("usr/bin") },
    "/usr": { type: "directory" },
    "/usr/bin": { type: "directory" },
    "/etc/\xff": {},
    "/etc/many": {},
  };
  for (let i = 0; i < 200; i++) {
    b.s.create(b.build, `chroot/usr/bin/tool${i}`);
    entries[`/usr/bin/tool${i}`] = {
      size: i,
      package: i % 2 === 0 ? "tools:amd64" : "",
      relation: "changed",
    };
  }
  b.s.create(b.build, "chroot/etc/\xff");
  b.s.create(b.build, "chroot/etc/gone");
  b.s.remove(b.build, "chroot/etc/gone");
  b.s.create(b.build, "chroot/etc/many");
  for (let i = 0; i < 60; i++) b.s.write(b.s.run(b.build, ["/bin/tool", String(i)]), "chroot/etc/many");
  packed(b, entries);
  return b.s;
}

test("of every path the index says what the recording says", () => {
  const scenario = tangled();
  const index = indexWith(scenario);
  const build = scenario.read();
  const { stories } = materialOf(build);
  const paths = [...build.image!.entries.keys(), ...build.image!.tree!.paths(), "/bin/tool7", "/never"];
  expect(paths.length).toBeGreaterThan(400);
  for (const path of paths) {
    const found = why(build, stories, path);
    const answer = index.why("key0", path);
    if (path === "/etc/many") expect(answer).toBe("cut");
    else if (!found.resolved.isKnown) expect([path, answer]).toEqual([path, undefined]);
    else expect(JSON.stringify(answer)).toBe(JSON.stringify(whyJson(build, path, found)));
  }
});

test("files are listed in byte order, page by page, each once", () => {
  const index = indexWith(tangled());
  const all = index.files("key0", { ...every, prefix: "", relation: "", package: "" });
  const paths = all.items.map(({ path }) => path);
  expect(paths).toEqual([...paths].sort((a, b) => (a < b ? -1 : 1)));
  expect(paths).toHaveLength(205);
  const seen: string[] = [];
  for (let after = "", more = true; more; ) {
    const page = index.files("key0", {
      limit: 7,
      after,
      prefix: "/usr/bin/",
      relation: "changed",
      package: "tools",
    });
    seen.push(...page.items.map(({ path }) => path));
    more = page.next !== null;
    after = page.next ?? "";
  }
  expect(seen).toEqual(paths.filter((path) => /tool\d*[02468]$/.test(path)));
});

test("what is described again takes the place of what was there, and what is removed leaves nothing", () => {
  const path = join(temporary(), "index.sqlite");
  const { database } = openIndex(path);
  const index = new SqliteIndex(database);
  const count = () =>
    ["builds", "packages", "files", "stories", "findings", "documents", "paths", "image_paths", "labels"].map(
      (table) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n,
    );
  const material = materialOf(tangled().read());
  const facts = { ...factsOf("key"), labels: [{ name: "branch", value: "main" }] };
  for (const part of describe(material, facts)) index.put("key", part);
  const once = count();
  expect(once.every((n) => Number(n) > 0 || n === once[1])).toBe(true);
  for (const part of describe(material, facts)) index.put("key", part);
  expect(count()).toEqual(once);
  index.remove("key");
  expect(count().every((n) => n === 0)).toBe(true);
});

test("a recording of too many paths is indexed in part, says so, and is asked itself for the others", () => {
  const index = new SqliteIndex(openIndex(join(temporary(), "index.sqlite")).database);
  for (const part of describe(materialOf(tangled().read()), factsOf("key"), 100)) index.put("key", part);
  expect(index.build("key")!.causes.at(-1)).toMatch(/has 100 of \d+ paths/);
  expect(index.why("key", "/usr/bin/tool99")).toBe("cut");
  expect(index.why("key", "/bin")).toMatchObject({ type: "symlink" });
});

test("a build that is half described is not ready", () => {
  const index = new SqliteIndex(openIndex(join(temporary(), "index.sqlite")).database);
  const parts = [...describe(materialOf(tangled().read()), factsOf("key"))];
  for (const part of parts.slice(0, -1)) index.put("key", part);
  expect(index.build("key")?.state).toBe("received");
  index.put("key", parts.at(-1)!);
  expect(index.build("key")?.state).toBe("ready");
});

test("a running build is seen with what came so far, and goes on after the collector was away", async () => {
  const first = await collecting();
  const recording = readFileSync(small().save(4));
  const { collector } = first;
  const receiving = collector.store.receive({ build: "a-build", head: "0".repeat(64) }, [], "");
  const { Digest } = await import("../../../collector/index/digest.ts");
  const { readRecording } = await import("../../../proto/recording.ts");
  const path = join(temporary(), "r");
  writeFileSync(path, recording);
  const blocks = [...readRecording(path)].flatMap((item) =>
    item.kind === "block" ? [{ end: item.offset + item.length, events: [...item.events] }] : [],
  );
  const half = blocks.slice(0, 3);
  receiving.append(recording.subarray(0, half.at(-1)!.end));
  await receiving.sync();
  collector.indexer.begun({ ...receiving.facts, size: 0 });
  const digest = new Digest();
  for (const { events } of half) digest.addAll(events);
  collector.indexer.stored(receiving.facts, digest);
  await collector.indexer.stop();
  const seen = await get(first, "/v1/builds/a-build");
  const { events } = seen.json.build;
  expect(seen.json.build).toMatchObject({ state: "receiving", packages: 1, name: "image", connected: true });
  expect((await get(first, "/v1/builds?package=base-files")).json.builds).toHaveLength(1);
  await receiving.close();
  await first.stop();

  const second = await collecting(first.data);
  const before = await waitFor(second, (build) => Object.keys(build.events).length > 0);
  expect(before).toMatchObject({ state: "receiving", packages: 1, connected: false, events });
});

test("an index that is missing, damaged or asked to be is made again from the recordings", async () => {
  const first = await collecting();
  const key = await stored(first, small());
  const answer = (await get(first, `/v1/builds/${key}/why?path=/etc/f`)).text;
  const build = (await get(first, `/v1/builds/${key}`)).text;
  await first.stop();
  const path = join(first.data, "index.sqlite");
  const damages: [string, () => void, boolean][] = [
    ["missing", () => rmSync(path), false],
    ["garbage", () => writeFileSync(path, Buffer.alloc(8192, 0x55)), false],
    ["torn", () => writeFileSync(path, tear(readFileSync(path))), false],
    ["of another version", () => new DatabaseSync(path).exec("PRAGMA user_version = 999"), false],
    ["asked for", () => {}, true],
  ];
  for (const [what, damage, isToReindex] of damages) {
    damage();
    const again = await collecting(first.data, {}, isToReindex);
    expect([what, again.logged.find((line) => line.startsWith("index made anew"))]).toEqual([
      what,
      expect.any(String),
    ]);
    await waitFor(again, ({ state }) => state === "ready");
    expect((await get(again, `/v1/builds/${key}/why?path=/etc/f`)).text).toBe(answer);
    expect((await get(again, `/v1/builds/${key}`)).text).toBe(build);
    await again.stop();
  }
});

test("a recording that cannot be described is said to be so, and holds up no other", async () => {
  const running = await collecting();
  const { store } = running.collector;
  const bad = store.receive({ build: "bad", head: "1".repeat(64) }, [], "");
  bad.append(Buffer.from("no recording at all"));
  await bad.sync();
  bad.complete(Buffer.alloc(32));
  running.collector.indexer.begun({ ...bad.facts, size: 0, isComplete: false });
  running.collector.indexer.complete(bad.facts);
  const key = await stored(running, small());
  const { json } = await get(running, "/v1/builds/bad");
  expect(json.build).toMatchObject({ state: "failed", problem: expect.stringContaining("not a recording") });
  expect((await get(running, `/v1/builds/${key}`)).json.build.state).toBe("ready");
  await bad.close();
});

test("a collector that ends while it describes builds ends, and describes them after the next start", async () => {
  const first = await collecting();
  for (const id of ["a", "b", "c"]) await send(first, small(id).save(), id);
  await first.stop();
  const second = await collecting(first.data);
  for (const id of ["a", "b", "c"]) {
    for (;;) {
      const { json } = await get(second, `/v1/builds/${id}`);
      expect(json.build.state).not.toBe("failed");
      if (json.build.state === "ready") break;
    }
  }
});

test("what the store has no more is taken from the index at the start", async () => {
  const first = await collecting();
  const gone = await stored(first, small("gone"), "gone");
  await stored(first, small("stays"), "stays");
  await first.stop();
  rmSync(join(first.data, "recordings", gone), { recursive: true });
  const second = await collecting(first.data);
  const { json } = await get(second, "/v1/builds");
  expect(json.builds.map(({ id }: { id: string }) => id)).toEqual(["stays"]);
});

test("a recording that is sent again changes nothing", async () => {
  const running = await collecting();
  const scenario = small();
  const key = await stored(running, scenario);
  const before = await get(running, `/v1/builds/${key}`);
  await send(running, scenario.save());
  expect((await get(running, `/v1/builds/${key}`)).text).toBe(before.text);
});

async function waitFor(
  running: Awaited<ReturnType<typeof collecting>>,
  isSo: (build: { state: string; events: object }) => boolean,
) {
  for (;;) {
    const { json } = await get(running, "/v1/builds");
    const [build] = json.builds;
    if (build !== undefined && isSo(build)) return build;
  }
}

/** As a disk leaves it that has lost a page. */
function tear(bytes: Buffer): Buffer {
  bytes.fill(0xaa, 4096, 8192);
  return bytes;
}
