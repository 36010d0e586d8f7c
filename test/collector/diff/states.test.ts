import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { diffOf } from "../../../collector/diff/diff.ts";
import { diffJson } from "../../../collector/diff/print/json.ts";
import { sideOf } from "../../../collector/diff/side/side.ts";
import type { EntryEvent } from "../../../proto/events.ts";
import { TestBuild } from "./builds.ts";

type Entries = ReadonlyMap<string, Partial<EntryEvent>>;

/** A build whose image has these entries; nobody is known to have written them. */
function buildOf(entries: Entries, at: number): TestBuild {
  const build = new TestBuild({ at, pid: at % 20_000 });
  for (const [path, facts] of entries) build.entry(path, facts);
  return build;
}

async function compare(a: TestBuild, b: TestBuild) {
  return diffOf(sideOf(a.read()), sideOf(b.read()));
}

const name = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f),
    { minLength: 1, maxLength: 8 },
  )
  .map((bytes) => Buffer.from(bytes).toString("latin1"));
const digest = fc.nat(5).map((n) => createHash("sha256").update(String(n)).digest());
const entry: fc.Arbitrary<Partial<EntryEvent>> = fc.oneof(
  fc.record({
    type: fc.constant<"file">("file"),
    mode: fc.nat(0o7777),
    uid: fc.nat(3),
    gid: fc.nat(3),
    mtime: fc.integer({ min: -5, max: 2 ** 34 }),
    mtimeNanoseconds: fc.nat(999_999_999),
    size: fc.integer({ min: 1, max: 9 }),
    sha256: digest,
  }),
  fc.record({
    type: fc.constant<"directory">("directory"),
    mode: fc.nat(0o7777),
    sha256: fc.constant(Buffer.alloc(0)),
  }),
  fc.record({
    type: fc.constant<"symlink">("symlink"),
    target: name.map((text) => Buffer.from(text, "latin1")),
    sha256: fc.constant(Buffer.alloc(0)),
  }),
);
const entries = fc
  .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), entry), { minLength: 1, maxLength: 12 })
  .map((list) => new Map(list.map(([names, facts]) => [`/t/${names.join("/")}`, facts])));

/** What can be changed of an entry, so that it is another. */
const mutations: Record<string, (facts: Partial<EntryEvent>) => Partial<EntryEvent> | undefined> = {
  presence: () => undefined,
  mode: (facts) => ({ ...facts, mode: (facts.mode ?? 0) ^ 1 }),
  owner: (facts) => ({ ...facts, gid: (facts.gid ?? 0) + 1 }),
  mtime: (facts) => ({ ...facts, mtimeNanoseconds: ((facts.mtimeNanoseconds ?? 0) + 1) % 1e9 }),
  xattrs: (facts) => ({
    ...facts,
    xattrs: [{ name: Buffer.from("security.capability"), value: Buffer.from([1]) }],
  }),
  device: (facts) => ({ ...facts, device: 259 }),
  type: (facts) => ({ ...facts, type: "fifo" }),
};

test("property: two builds that have the same entries are identical, whenever they ran", async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (all) => {
      const json = diffJson(await compare(buildOf(all, 1_764_000_000), buildOf(all, 1_764_090_007)));
      expect(json).toMatchObject({
        identical: true,
        complete: true,
        causes: [],
        effects: [],
        differences: [],
      });
    }),
    { numRuns: 60 },
  );
});

test("property: one entry that is changed is reported, with what of it differs, and nothing else is", async () => {
  const kind = fc.constantFrom(...Object.keys(mutations));
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), kind, fc.boolean(), async (all, pick, aspect, isSwapped) => {
      const path = [...all.keys()][pick % all.size]!;
      const changed = new Map(all);
      const mutated = mutations[aspect]!(all.get(path)!);
      if (mutated === undefined) changed.delete(path);
      else changed.set(path, mutated);
      const [one, other] = isSwapped ? [changed, all] : [all, changed];
      const diff = await compare(buildOf(one, 1_764_000_000), buildOf(other, 1_764_090_007));
      expect(diff.verdict).toBe("differ");
      expect(diff.differences.map((each) => [each.path, each.aspects])).toEqual([[path, [aspect]]]);
      expect(diff.causes.flatMap(({ paths }) => paths)).toEqual([path]);
    }),
    { numRuns: 150 },
  );
});

test("property: a difference is the same from both sides", async () => {
  await fc.assert(
    fc.asyncProperty(entries, entries, async (one, other) => {
      const there = await compare(buildOf(one, 1_764_000_000), buildOf(other, 1_764_090_007));
      const back = await compare(buildOf(other, 1_764_090_007), buildOf(one, 1_764_000_000));
      expect(there.differences.map(({ path }) => path)).toEqual(back.differences.map(({ path }) => path));
      expect(there.causes.map(({ source, paths }) => [source, paths])).toEqual(
        back.causes.map(({ source, paths }) => [source, paths]),
      );
    }),
    { numRuns: 40 },
  );
});

test("an image of which one build has only a part: what is missing there is not said to be absent", async () => {
  const a = buildOf(
    new Map([
      ["/t/x", {}],
      ["/t/y", {}],
    ]),
    1_764_000_000,
  );
  const b = buildOf(new Map([["/t/x", {}]]), 1_764_090_000);
  const build = b.read();
  const { tree } = sideOf(build).state;
  expect(tree!.isPartial).toBe(false);
  build.image!.announced++;
  const diff = await diffOf(sideOf(a.read()), sideOf(build));
  expect(diff).toMatchObject({ verdict: "unknown", differences: [] });
  expect(diff.comparison.unknown).toEqual([
    "not all of the file system of B is recorded: 1 path is known of one build only",
  ]);
  expect(diffJson(diff)).toMatchObject({ identical: false, complete: false });
});

test("a file whose content is known in neither build is not said to be the same", async () => {
  const unread = new Map([["/t/x", { sha256: Buffer.alloc(0), size: 5, problem: "it could not be read" }]]);
  const diff = await compare(buildOf(unread, 1_764_000_000), buildOf(unread, 1_764_090_000));
  expect(diff).toMatchObject({ verdict: "unknown", differences: [] });
  expect(diff.comparison.unknown).toEqual(["the content of /t/x is not known in both builds"]);
});

test("a recording that was not closed says so, and what it has is compared all the same", async () => {
  const all = new Map([["/t/x", {}]]);
  const [a, b] = [buildOf(all, 1_764_000_000), buildOf(all, 1_764_090_000)];
  const json = diffJson(await diffOf(sideOf(a.read()), sideOf(b.read("open"))));
  expect(json).toMatchObject({
    identical: true,
    complete: false,
    b: { complete: false, causes: [expect.any(String)] },
  });
});
