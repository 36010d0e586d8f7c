import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as collect from "../../../collector/cli/collect.ts";
import { FileStore } from "../../../collector/store/file-store.ts";
import type { Facts } from "../../../collector/store/recording-store.ts";
import { type Candidate, judge, type Rules } from "../../../collector/store/retention.ts";
import { collecting, get, small, stored, temporary } from "../server/support.ts";
import { run } from "../support/command.ts";

const day = 86_400_000;
const now = 1000 * day;

function candidate(key: string, age: number, change: Partial<Facts> & Partial<Candidate> = {}): Candidate {
  const { name = "image", isInUse = false, ...facts } = change;
  const at = now - age * day;
  const states = { isComplete: true, isPinned: false, sha256: "" };
  const own = {
    key,
    build: key,
    head: "",
    labels: [],
    owner: "",
    begun: at,
    changed: at,
    size: 1,
    ...states,
  };
  return { facts: { ...own, ...facts }, name, isInUse };
}

function going(candidates: Candidate[], rules: Partial<Rules>): string[] {
  const all = { keep: undefined, last: undefined, per: "name", ...rules };
  return judge(candidates, all, now)
    .filter(({ isKept }) => !isKept)
    .map(({ facts }) => facts.key);
}

test("without rules everything stays", () => {
  expect(going([candidate("a", 900)], {})).toEqual([]);
});

test("by age those go whose last byte is older, and what is pinned or in use stays", () => {
  const all = [
    candidate("new", 29.9),
    candidate("old", 30.1),
    candidate("pinned", 99, { isPinned: true }),
    candidate("used", 99, { isInUse: true }),
  ];
  expect(going(all, { keep: 30 * day })).toEqual(["old"]);
});

test("the last of each name, or of each value of a label, stay", () => {
  const label = (value: string) => ({ labels: [{ name: "branch", value }] });
  const all = [
    candidate("1", 1, label("main")),
    candidate("2", 2, label("stable")),
    candidate("3", 3, label("main")),
    candidate("4", 4, { ...label("main"), name: "other" }),
  ];
  expect(going(all, { last: 1 })).toEqual(["2", "3"]);
  expect(going(all, { last: 1, per: "branch" })).toEqual(["3", "4"]);
  expect(going(all, { last: 2, per: "branch" })).toEqual(["4"]);
});

test("a build stays that either rule keeps", () => {
  const all = [candidate("1", 1), candidate("2", 2), candidate("3", 40), candidate("4", 50)];
  expect(going(all, { keep: 30 * day, last: 1 })).toEqual(["3", "4"]);
  expect(going(all, { keep: day / 2, last: 3 })).toEqual(["4"]);
});

test("a recording that broke off takes no place of one that is whole", () => {
  const all = [candidate("broken", 1, { isComplete: false }), candidate("whole", 2), candidate("older", 3)];
  expect(going(all, { last: 1 })).toEqual(["older"]);
});

test("what a kept build names in a label stays, and what that names", () => {
  const all = [
    candidate("new", 1, { labels: [{ name: "baseline", value: "first" }] }),
    candidate("first", 99, { labels: [{ name: "baseline", value: "zeroth" }] }),
    candidate("zeroth", 999),
    candidate("gone", 99, { labels: [{ name: "baseline", value: "unnamed" }] }),
    candidate("unnamed", 999),
  ];
  expect(going(all, { keep: 30 * day })).toEqual(["gone", "unnamed"]);
});

test("whatever the rules, pinned builds stay, and rules that keep more let none go that others keep", () => {
  const builds = fc.array(
    fc.record({
      age: fc.integer({ min: 0, max: 100 }),
      pinned: fc.boolean(),
      name: fc.constantFrom("a", "b"),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(
      builds,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 5 }),
      (all, days, last) => {
        const candidates = all.map(({ age, pinned, name }, i) =>
          candidate(`k${i}`, age, { isPinned: pinned, name }),
        );
        const gone = new Set(going(candidates, { keep: days * day, last }));
        for (const { facts } of candidates) if (facts.isPinned) expect(gone.has(facts.key)).toBe(false);
        for (const key of going(candidates, { keep: (days + 1) * day, last: last + 1 }))
          expect(gone.has(key)).toBe(true);
      },
    ),
  );
});

test("a dry run tells what would go and why, and removes nothing; the real one removes it", async () => {
  const data = temporary();
  const store = new FileStore(data);
  const keys: string[] = [];
  for (const [i, id] of ["old", "middle", "new"].entries()) {
    const receiving = store.receive(
      { build: id, head: `${i}`.repeat(64) },
      [{ name: "name", value: "x" }],
      "",
    );
    receiving.append(Buffer.from("ISOTRACE"));
    await receiving.sync();
    await receiving.close();
    keys.push(receiving.facts.key);
    const at = Date.now() / 1000 - (3 - i) * 86_400;
    utimesSync(store.path(receiving.facts.key), at, at);
  }
  const args = ["expire", "--data", data, "--keep", "36h", "--format", "json"];
  const dry = JSON.parse((await run(collect, ...args, "--dry-run")).out);
  const gone = (result: typeof dry) =>
    result.builds.filter(({ kept }: { kept: boolean }) => !kept).map(({ id }: { id: string }) => id);
  expect(gone(dry).sort()).toEqual(["middle", "old"]);
  expect(dry.builds[0].because).toMatch(/days ago/);
  expect(new FileStore(data).list()).toHaveLength(3);
  const real = JSON.parse((await run(collect, ...args)).out);
  expect(gone(real).sort()).toEqual(["middle", "old"]);
  expect(new FileStore(data).list().map(({ build }) => build)).toEqual(["new"]);
});

test("a collector removes at its start what the rules do not keep, but not what is pinned", async () => {
  const first = await collecting();
  const pinned = await stored(first, small("pinned"), "pinned");
  await get(first, `/v1/builds/${pinned}/pin`, { method: "PUT" });
  for (const id of ["a", "b", "c"]) await stored(first, small(id), id);
  await first.stop();
  const second = await collecting(first.data, { "keep-last": "2" });
  const { json } = await get(second, "/v1/builds");
  expect(json.builds.map(({ id }: { id: string }) => id)).toEqual(["c", "b", "pinned"]);
  expect(second.logged.filter((line) => line.startsWith("build expired"))).toHaveLength(1);
});

test("expiry by hand needs the directory for itself", async () => {
  const { data } = await collecting();
  await expect(collect.main(["expire", "--data", data, "--keep", "1d"])).rejects.toThrow(
    /another process has it/,
  );
  expect((await run(collect, "expire", "--data", data, "--keep", "1d", "--dry-run")).status).toBe(0);
});

test("options of retention that mean nothing are refused", async () => {
  const data = temporary();
  mkdirSync(join(data, "x"));
  writeFileSync(join(data, "conf"), "keep = forever\n");
  const cases: [string[], RegExp][] = [
    [["expire", "--data", data], /give --keep, --keep-last or both/],
    [["expire", "--data", data, "--keep", "30"], /--keep must be a number of hours, days or weeks/],
    [["expire", "--data", data, "--keep-last", "0"], /--keep-last must be a whole number above 0/],
    [["expire", "--data", data, "--config", join(data, "conf")], /--keep must be .* "forever"/],
    [["--config", join(data, "none")], /--config: .*ENOENT/],
  ];
  for (const [args, message] of cases) await expect(collect.main(args)).rejects.toThrow(message);
});
