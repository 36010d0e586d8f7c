import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Build } from "../../../collector/model/build.ts";
import { FrozenTree } from "../../../collector/model/frozen.ts";
import { operation } from "../../../proto/events.ts";
import { nobody, Scenario } from "../support/scenario.ts";
import { writersOf } from "../support/story-of.ts";

function presentPaths(build: Build): string[] {
  const tree = new FrozenTree(build.tree.top, "", build.pasts);
  return [...tree.paths()].filter((path) => path !== "/" && tree.isPresent(path)).sort();
}

/** A chroot with an image frozen at its end, so that paths in it can be asked for. */
function inChroot(play: (scenario: Scenario) => void): Build {
  const scenario = new Scenario();
  const maker = scenario.run(nobody, ["setup"]);
  scenario.mkdirs(maker, "chroot/etc");
  play(scenario);
  scenario.end();
  return scenario.read();
}

describe("names of files", () => {
  test("a file that dpkg writes as .dpkg-new and renames keeps its history, and what it replaced comes after", () => {
    const build = inChroot((s) => {
      const bootstrap = s.run(nobody, ["tar", "-x"]);
      s.create(bootstrap, "chroot/etc/conf");
      const dpkg = s.run(nobody, ["dpkg", "--unpack"]);
      s.create(dpkg, "chroot/etc/conf.dpkg-new");
      s.write(dpkg, "chroot/etc/conf.dpkg-new", operation.attributes);
      s.rename(dpkg, "chroot/etc/conf.dpkg-new", "chroot/etc/conf");
    });
    expect(writersOf(build, "/etc/conf")).toEqual([
      "create, write, attributes, rename by dpkg --unpack",
      "earlier: create, write by tar -x",
    ]);
    expect(writersOf(build, "/etc/conf.dpkg-new")[0]).toBe(
      "earlier: create, write, attributes, rename away by dpkg --unpack",
    );
  });

  test("hard links share what happened to their inode, and a removed link leaves the other", () => {
    const build = inChroot((s) => {
      const first = s.run(nobody, ["first"]);
      s.create(first, "chroot/etc/a");
      s.link(s.run(nobody, ["ln"]), "chroot/etc/a", "chroot/etc/b");
      s.write(s.run(nobody, ["editor"]), "chroot/etc/b");
      s.remove(s.run(nobody, ["rm"]), "chroot/etc/b");
    });
    expect(writersOf(build, "/etc/a")).toEqual(["write by editor", "link by ln", "create, write by first"]);
    expect(writersOf(build, "/etc/b")[0]).toBe("earlier: delete by rm");
    expect(presentPaths(build)).toEqual(["/chroot", "/chroot/etc", "/chroot/etc/a"]);
  });

  test("a path that was removed and made again has both lives, in a directory that was removed too", () => {
    const build = inChroot((s) => {
      const old = s.run(nobody, ["old"]);
      s.mkdir(old, "chroot/etc/d");
      s.create(old, "chroot/etc/d/f");
      s.removeAll(s.run(nobody, ["rm", "-r", "d"]), "chroot/etc/d");
      const young = s.run(nobody, ["young"]);
      s.mkdir(young, "chroot/etc/d");
      s.create(young, "chroot/etc/d/f");
    });
    expect(writersOf(build, "/etc/d/f")).toEqual([
      "create, write by young",
      "earlier: delete by rm -r d",
      "earlier: create, write by old",
    ]);
  });

  test("who removed a path of a directory that has gone is known", () => {
    const build = inChroot((s) => {
      const old = s.run(nobody, ["old"]);
      s.mkdirs(old, "chroot/etc/d/e");
      s.create(old, "chroot/etc/d/e/f");
      s.removeAll(s.run(nobody, ["rm", "-r", "d"]), "chroot/etc/d");
    });
    expect(writersOf(build, "/etc/d/e/f")).toEqual([
      "earlier: delete by rm -r d",
      "earlier: create, write by old",
    ]);
  });

  test("a file that is written after its removal, through an open descriptor, does not come back", () => {
    const build = inChroot((s) => {
      const daemon = s.run(nobody, ["daemon"]);
      s.create(daemon, "chroot/etc/log", 0);
      const { directory, object } = {
        directory: s.directory("chroot/etc"),
        object: s.paths.get("chroot/etc/log")!.object,
      };
      s.remove(s.run(nobody, ["rm"]), "chroot/etc/log");
      s.add({
        kind: "file",
        time: s.time,
        ...daemon,
        operations: operation.write,
        directory,
        name: "log",
        newDirectory: 0,
        newName: "",
        child: 0,
        object,
      });
    });
    expect(presentPaths(build)).toEqual(["/chroot", "/chroot/etc"]);
    expect(writersOf(build, "/etc/log")).toContain("earlier: delete by rm");
  });

  test("a temporary file without a name is no path, until it gets one", () => {
    const build = inChroot((s) => {
      const writer = s.run(nobody, ["writer"]);
      const directory = s.directory("chroot/etc");
      for (const object of [901, 902]) {
        s.add({
          kind: "file",
          time: s.time,
          ...writer,
          operations: operation.write,
          directory,
          name: `#${object}`,
          newDirectory: 0,
          newName: "",
          child: 0,
          object,
        });
      }
      s.paths.set("named", { object: 902, directory: 0 });
      s.link(writer, "named", "chroot/etc/linked");
    });
    expect(presentPaths(build)).toEqual(["/chroot", "/chroot/etc", "/chroot/etc/linked"]);
    expect(writersOf(build, "/etc/linked")).toEqual(["write, link by writer"]);
  });

  test("two files that change places by one system call keep their histories", () => {
    const build = inChroot((s) => {
      s.create(s.run(nobody, ["maker-a"]), "chroot/etc/a");
      s.create(s.run(nobody, ["maker-b"]), "chroot/etc/b");
      const mover = s.run(nobody, ["exchange"]);
      const b = s.paths.get("chroot/etc/b")!;
      s.rename(mover, "chroot/etc/a", "chroot/etc/b");
      s.add({
        kind: "file",
        time: s.time,
        ...mover,
        operations: operation.rename,
        directory: s.directory("chroot/etc"),
        name: "b",
        newDirectory: s.directory("chroot/etc"),
        newName: "a",
        child: 0,
        object: b.object,
      });
    });
    expect(presentPaths(build)).toEqual(["/chroot", "/chroot/etc", "/chroot/etc/a", "/chroot/etc/b"]);
    expect(writersOf(build, "/etc/a").slice(0, 2)).toEqual([
      "rename by exchange",
      "earlier: rename away by exchange",
    ]);
    expect(writersOf(build, "/etc/a")).toContain("create, write by maker-b");
  });
});

test("renames of whole directories carry everything below: mv chroot chroot.tmp; mv chroot.tmp chroot/chroot", () => {
  const s = new Scenario();
  const writer = s.run(nobody, ["writer"]);
  s.mkdirs(writer, "chroot/etc");
  s.create(writer, "chroot/etc/f");
  const mv = s.run(nobody, ["mv"]);
  s.rename(mv, "chroot", "chroot.tmp");
  s.mkdir(mv, "chroot");
  s.rename(mv, "chroot.tmp", "chroot/chroot");
  s.write(s.run(nobody, ["late"]), "chroot/chroot/etc/f");
  s.end();
  const build = s.read();
  expect(presentPaths(build)).toEqual([
    "/chroot",
    "/chroot/chroot",
    "/chroot/chroot/etc",
    "/chroot/chroot/etc/f",
  ]);
  expect(writersOf(build, "/etc/f")).toEqual(["write by late", "create, write by writer"]);
});

test("a copied tree's files have the story of their originals up to the copy, and the copy itself", () => {
  const s = new Scenario();
  const maker = s.run(nobody, ["maker"]);
  s.mkdirs(maker, "chroot/etc");
  s.create(maker, "chroot/etc/f");
  s.create(maker, "chroot/etc/gone");
  s.remove(s.run(nobody, ["rm"]), "chroot/etc/gone");
  const cp = s.run(nobody, ["/bin/cp", "-a", "chroot", "chroot.tmp"]);
  s.mkdirs(cp, "chroot.tmp/etc");
  s.create(cp, "chroot.tmp/etc/f");
  s.rename(s.run(nobody, ["mv"]), "chroot.tmp", "chroot/chroot");
  s.write(s.run(nobody, ["later"]), "chroot/etc/f");
  s.end();
  const build = s.read();
  expect(writersOf(build, "/etc/f")).toEqual([
    "copy, write by /bin/cp -a chroot chroot.tmp",
    "original: create, write by maker",
  ]);
  expect(writersOf(build, "/etc/gone")[0]).toBe("earlier: delete by rm");
});

test("equal operations of one command are one, and the image's state does not change with later ones", () => {
  const s = new Scenario();
  const logger = s.run(nobody, ["logger"]);
  s.mkdir(logger, "chroot");
  s.create(logger, "chroot/log");
  for (let i = 0; i < 100; i++) s.write(logger, "chroot/log");
  const before = s.time;
  const image = s.beginImage("tree", "chroot");
  for (let i = 0; i < 100; i++) s.write(logger, "chroot/log");
  s.write(s.run(nobody, ["rm-like"]), "chroot/log");
  s.remove(logger, "chroot/log");
  s.entry(image, "/log");
  s.endImage(image, "tree");
  s.end();
  const build = s.read();
  expect(writersOf(build, "/log")).toEqual(["create, write by logger"]);
  const newest = build.operations.get(build.image!.entries.get("/log")!.history);
  expect(newest.last).toBe(before - 1000);
});

describe("after a gap", () => {
  test("what has the same inode keeps its history; what has not, and what is gone, is marked", () => {
    const s = new Scenario();
    const first = s.run(nobody, ["first"]);
    s.mkdirs(first, "chroot/etc");
    for (const name of ["same", "changed", "gone", "moved"]) s.create(first, `chroot/etc/${name}`);
    s.unseen((paths, newObject) => {
      paths.set("chroot/etc/changed", { object: newObject(), directory: 0 });
      paths.delete("chroot/etc/gone");
      paths.set("chroot/etc/there", paths.get("chroot/etc/moved")!);
      paths.delete("chroot/etc/moved");
    });
    s.restart();
    s.write(s.run(nobody, ["second"]), "chroot/etc/same");
    s.end();
    const build = s.read();
    expect(writersOf(build, "/etc/same")).toEqual(["write by second", "create, write by first"]);
    expect(writersOf(build, "/etc/changed")).toEqual(["found by ?", "earlier: create, write by first"]);
    expect(writersOf(build, "/etc/gone")).toEqual([
      "earlier: delete by ?",
      "earlier: create, write by first",
    ]);
    expect(writersOf(build, "/etc/there")).toEqual(["found by ?", "create, write by first"]);
    expect(writersOf(build, "/etc/moved")[0]).toBe("earlier: delete by ?");
    expect(build.causes().causes).toEqual([expect.stringMatching(/^gap: .*killed.*has no writer$/)]);
  });
});

test("any sequence of creations, renames and removals gives the tree and the writers that a simple model gives", () => {
  const name = fc.constantFrom("a", "b", "c", "\xff\n");
  const step = fc.record({ what: fc.nat(6), from: fc.nat(), to: fc.nat(), name });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (steps, perBlock) => {
      const s = new Scenario();
      const writers = new Map<number, number[]>();
      for (const each of steps) play(s, writers, each);
      s.end();
      const build = s.read(perBlock);
      const expected = [...s.paths.keys()].filter((path) => path !== "").map((path) => `/${path}`);
      expect(presentPaths(build)).toEqual(expected.sort());
      const tree = new FrozenTree(build.tree.top, "", build.pasts);
      for (const [path, { object, directory }] of s.paths) {
        if (directory !== 0) continue;
        const operations = [...build.operations.history(tree.get(`/${path}`).history)];
        expect([...new Set(operations.map(({ process }) => process))].reverse()).toEqual([
          ...new Set(writers.get(object)),
        ]);
      }
      expect(build.tree.strays).toBe(0);
    }),
    { numRuns: 300 },
  );
});

/** Does one thing that a file system would allow, by a process of its own. */
function play(
  s: Scenario,
  writers: Map<number, number[]>,
  { what, from, to, name }: { what: number; from: number; to: number; name: string },
): void {
  const paths = [...s.paths.keys()];
  const directories = paths.filter((path) => s.paths.get(path)!.directory !== 0);
  const source = paths[from % paths.length]!;
  const parent = directories[to % directories.length]!;
  const target = parent === "" ? name : `${parent}/${name}`;
  const isDirectory = s.paths.get(source)!.directory !== 0;
  const there = s.paths.get(target);
  const isEmpty = (path: string) => !paths.some((each) => each.startsWith(`${path}/`));
  const by = s.fork();
  const wrote = (path: string) => {
    const { object } = s.paths.get(path)!;
    writers.set(object, [...(writers.get(object) ?? []), by.process]);
  };
  if (what === 0 && there === undefined) s.mkdir(by, target);
  else if ((what === 1 || what === 2) && there === undefined) {
    s.create(by, target);
    wrote(target);
  } else if (what === 3 && !isDirectory) {
    s.write(by, source);
    wrote(source);
  } else if (what === 4 && source !== "" && isEmpty(source)) s.remove(by, source);
  else if (what === 5 && !isDirectory && there === undefined) {
    s.link(by, source, target);
    wrote(target);
  } else if (what === 6 && source !== "" && source !== target && !`${target}/`.startsWith(`${source}/`)) {
    const fits = there === undefined || ((there.directory !== 0) === isDirectory && isEmpty(target));
    if (!fits || there?.object === s.paths.get(source)!.object) return;
    s.rename(by, source, target);
    wrote(target);
  }
}
