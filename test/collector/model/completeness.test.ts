import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readBuild } from "../../../collector/model/read-build.ts";
import { type Event, operation } from "../../../proto/events.ts";
import { fileMagic, readRecording } from "../../../proto/recording.ts";
import { encodeRecording, nobody, Scenario } from "../support/scenario.ts";
import { writersOf } from "../support/story-of.ts";

function small(): Scenario {
  const s = new Scenario();
  const maker = s.run(nobody, ["maker"]);
  s.mkdirs(maker, "chroot/etc");
  for (let i = 0; i < 200; i++) s.create(maker, `chroot/etc/${i}`);
  return s;
}

test("a recording that has everything is complete", () => {
  const s = small();
  s.end();
  expect(s.read().causes()).toEqual({ complete: true, causes: [] });
});

test("each thing that is lacking is a cause of its own, in words", () => {
  const s = new Scenario({
    coverage: [
      { probe: "files", state: "partial", because: "each directory has a mark of its own" },
      { probe: "processes", state: "full", because: "" },
    ],
  });
  s.mkdir(s.run(nobody, ["maker"]), "chroot");
  s.add({ kind: "loss", time: s.time, what: "ring", count: 3, detail: "process events" });
  s.add({ kind: "loss", time: s.time, what: "ring", count: 4, detail: "process events" });
  const image = s.beginImage("tree", "chroot");
  s.entry(image, "/a");
  s.endImage(image, "tree", { entries: 5 });
  s.beginImage("binary", "chroot");
  s.entry(99, "/stray");
  s.add({
    kind: "file",
    time: s.time,
    ...nobody,
    operations: operation.create,
    directory: 77,
    name: "x",
    newDirectory: 0,
    newName: "",
    child: 0,
    object: 9,
  });
  expect(s.read().causes()).toEqual({
    complete: false,
    causes: [
      'coverage: probe "files" is partial: each directory has a mark of its own',
      'loss: 7 of kind "ring" (process events)',
      "damage: 1 image entries belong to no image of the recording",
      'image "chroot" (tree): 1 of 5 entries are in the recording',
      'image "chroot" (binary): reading it did not end: 0 entries are known, others may be missing',
      "damage: 1 file events concern directories that the recording does not define",
      "the recording was not closed: it ends before the build did, or the recorder was killed",
    ],
  });
});

test("packages that dpkg installs in a chroot outside of the build directory are a cause, once for each chroot", () => {
  const s = new Scenario();
  s.mkdirs(nobody, "chroot");
  const roots = { inside: s.root(1, "chroot"), outside: 2, unknown: 3 };
  s.add({
    kind: "root",
    time: s.time,
    id: roots.outside,
    directory: 0,
    path: Buffer.from("/tmp/chroot"),
  });
  const dpkg = (words: string[], root?: number) =>
    s.run(nobody, ["/usr/bin/dpkg", ...words], root === undefined ? {} : { root });
  dpkg(["--unpack", "a.deb"], roots.inside);
  dpkg(["--install", "a.deb"]);
  dpkg(["--unpack", "a.deb"], roots.unknown);
  dpkg(["--print-architecture"], roots.outside);
  expect(s.read().causes().causes).toEqual([expect.stringContaining("was not closed")]);
  dpkg(["--force-depends", "--unpack", "a.deb"], roots.outside);
  dpkg(["--install", "a.deb"], roots.outside);
  s.end();
  expect(s.read().causes().causes).toEqual([
    'outside: dpkg ran in "/tmp/chroot", which is not below the build directory "/build": its packages and files are not recorded; let it be made there',
  ]);
});

test("a damaged block and a missing one are named, and the rest still tells its story", () => {
  const s = small();
  s.end();
  const path = s.save(50);
  const whole = readFileSync(path);
  const blocks = [...readRecording(path)];
  const third = blocks[2]!;
  const flipped = Buffer.from(whole);
  flipped[third.offset + third.length - 1]! ^= 1;
  writeFileSync(path, flipped);
  const build = readBuild(path);
  expect(build.causes().causes).toEqual([
    expect.stringMatching(/^damage: \d+ bytes at offset \d+ of the recording cannot be read \(checksum/),
    "damage: 1 blocks of the recording are missing, with the events they held",
  ]);
  expect(writersOf(build, "/etc/199")).toEqual(["create, write by maker"]);
});

test("a recording that is cut anywhere opens up to there, and is said to be incomplete", () => {
  const s = small();
  s.end();
  const path = s.save(50);
  const whole = readFileSync(path);
  fc.assert(
    fc.property(fc.integer({ min: fileMagic.length, max: whole.length - 1 }), (length) => {
      writeFileSync(path, whole.subarray(0, length));
      expect(readBuild(path).causes().complete).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("a recording that is larger than a report can hold is read up to there, and the report says so", () => {
  const s = small();
  s.end();
  const build = readBuild(s.save(50), 20_000);
  expect(writersOf(build, "/etc/0")).toEqual(["create, write by maker"]);
  expect(build.causes().causes).toContain(
    "the recording is too large for one report: its rest was not read, and is missing here",
  );
});

test("a recording that begins images without end does not take all memory", () => {
  const s = small();
  for (let i = 0; i < 20_000; i++) s.beginImage("tree", "chroot");
  const build = s.read(5000);
  expect(build.images.filter(({ tree }) => tree !== undefined).length).toBeLessThan(4000);
  expect(build.damages.isTooLarge).toBe(true);
});

test("a recording of arbitrary events is read without an error, and every path of it has a story", () => {
  const small = fc.nat(6);
  const name = fc.constantFrom("", "a", "b", ".", "..", "a/b");
  const file = fc.record({
    kind: fc.constant("file" as const),
    time: fc.nat(),
    process: small,
    epoch: small,
    operations: fc.nat(511),
    directory: small,
    name,
    newDirectory: small,
    newName: name,
    child: small,
    object: small,
  });
  const directory = fc.record({
    kind: fc.constant("directory" as const),
    time: fc.nat(),
    id: small,
    parent: small,
    name,
    object: small,
  });
  const process = fc.record({
    kind: fc.constant("process" as const),
    time: fc.nat(),
    id: small,
    pid: small,
    start: fc.nat(),
    parent: small,
    parentEpoch: small,
    outside: fc.boolean(),
  });
  const image = fc.record({
    kind: fc.constant("image" as const),
    time: fc.nat(),
    id: small,
    of: fc.constantFrom("tree" as const, "binary" as const, "file" as const),
    state: fc.constantFrom("begin" as const, "end" as const, "failed" as const),
    directory: small,
    path: fc.uint8Array({ maxLength: 4 }),
    because: name,
    packer: small,
    epoch: small,
    size: fc.nat(),
    sha256: fc.uint8Array({ maxLength: 4 }),
    entries: small,
  });
  const segment = fc.constant(new Scenario().events[0]!);
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 10, arbitrary: file },
    { weight: 4, arbitrary: directory },
    process,
    image,
    segment,
  );
  const path = new Scenario().save();
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      writeFileSync(path, encodeRecording(events, 7));
      const build = readBuild(path);
      expect(build.causes().complete).toBe(false);
      for (const each of build.image?.tree?.paths() ?? [])
        expect(writersOf(build, each)).toBeInstanceOf(Array);
    }),
    { numRuns: 300 },
  );
});
