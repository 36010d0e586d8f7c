import { expect, test } from "vitest";
import { nobody } from "../support/scenario.ts";
import { causesOf, diffOfTwo } from "./builds.ts";

const hook = "hook 0100-make.hook.chroot";
const [a, b] = [{ at: 1_764_000_000 }, { at: 1_764_090_000, pid: 7500 }];

test.each([
  ["umask", { mode: 0o644 }, { mode: 0o640 }],
  ["file-metadata", { mode: 0o644 }, { mode: 0o711 }],
  ["file-metadata", { uid: 0 }, { uid: 1000 }],
  ["file-metadata", { mtime: 1_764_000_001 }, { mtime: 1_764_090_001 }],
  ["file-metadata", { mtimeNanoseconds: 1 }, { mtimeNanoseconds: 2 }],
  ["file-metadata", { xattrs: [{ name: Buffer.from("user.a"), value: Buffer.from("1") }] }, {}],
])("%s: only the metadata of a file differs: %o", async (source, one, other) => {
  const diff = await diffOfTwo(a, b, (build, side) =>
    build.file("/etc/x", "same\n", side === "a" ? one : other),
  );
  expect(causesOf(diff)).toEqual([`${source}: ${hook}: /etc/x`]);
});

test("who changed the time is to blame for it, and not who wrote the file", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/etc/x", "same\n", { mtime: side === "a" ? 1 : 2 });
    const touch = build.s.run(build.script("0200-touch.hook.chroot"), ["touch", "/etc/x"]);
    build.s.write(touch, "chroot/etc/x", 4);
  });
  expect(diff.causes[0]!.culprits.map(({ name }) => name)).toEqual([
    "0200-touch.hook.chroot",
    "0100-make.hook.chroot",
  ]);
});

test("who only changed the mode is not to blame for the content", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/etc/x", side === "a" ? "yes\n" : "no\n");
    const chmod = build.s.run(build.script("0200-mode.hook.chroot"), ["chmod", "600", "/etc/x"]);
    build.s.write(chmod, "chroot/etc/x", 4);
  });
  expect(diff.causes[0]!.culprits.map(({ name }) => name)).toEqual([
    "0100-make.hook.chroot",
    "0200-mode.hook.chroot",
  ]);
});

test("hard links: a file that has another name in one build", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/etc/x", "same\n", { inode: 77, links: 2 });
    build.entry("/etc/y", side === "a" ? { inode: 77, links: 2 } : { inode: 78, links: 2 });
    build.entry("/etc/z", side === "a" ? { inode: 79, links: 2 } : { inode: 77, links: 2 });
  });
  expect(diff.differences.map(({ path, aspects }) => [path, aspects])).toEqual([
    ["/etc/y", ["links"]],
    ["/etc/z", ["links"]],
  ]);
});

test("a link's target is looked at as a text", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.write("/etc/current");
    const target = Buffer.from(side === "a" ? "run-1764000003" : "run-1764090003");
    build.entry("/etc/current", { type: "symlink", target, sha256: Buffer.alloc(0), size: target.length });
  });
  expect(causesOf(diff)).toEqual([`timestamp: ${hook}: /etc/current`]);
});

test("a directory's time is an effect of the file that was made in it last", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.s.mkdirs(build.build, "chroot/srv");
    const at = Math.floor((build.s.time + (side === "a" ? 1_764_000_000 : 1_764_090_000) * 1e6) / 1e6);
    build.file("/srv/x", side === "a" ? "yes\n" : "no\n");
    build.entry("/srv", { type: "directory", mode: 0o755, mtime: at, sha256: Buffer.alloc(0) });
  });
  expect(causesOf(diff)).toEqual([`unclassified: ${hook}: /srv/x`]);
  expect(diff.effects).toMatchObject([{ path: "/srv", of: ["/srv/x"] }]);
});

test.each([
  ["process-id", "lock.", "510", "7510"],
  ["timestamp", "made-", "1764000003", "1764090003"],
  ["randomness", "work.", "a9Bx3kQz7L", "pW2mN8vR1c"],
])("%s: a file whose name is another in each build", async (source, start, one, other) => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const path = `/srv/${start}${side === "a" ? one : other}`;
    build.write(path);
    build.entry(path, {});
  });
  const paths = [`/srv/${start}${one}`, `/srv/${start}${other}`];
  expect(diff.causes).toHaveLength(1);
  expect(diff.causes[0]).toMatchObject({
    source,
    culprit: { name: "0100-make.hook.chroot" },
    paths: [...paths].sort(),
  });
  expect(diff.differences.find(({ path }) => path === paths[0])!.counterpart).toBe(paths[1]);
});

test("what is below a directory of another name has its cause", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const path = `/srv/work.${side === "a" ? "a9Bx3kQz7L" : "pW2mN8vR1c"}`;
    build.s.mkdirs(build.build, "chroot/srv");
    build.s.mkdir(build.hook, `chroot${path}`);
    build.write(`${path}/x`);
    build.entry(path, { type: "directory", mode: 0o700, sha256: Buffer.alloc(0) });
    build.entry(`${path}/x`, {});
  });
  expect(diff.causes.map(({ source, paths }) => [source, paths.length])).toEqual([["randomness", 4]]);
});

test("a file that one build removed: its maker is named, and the command that ran in one build only", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.write("/etc/x");
    if (side === "a") build.entry("/etc/x", {});
    else
      build.s.remove(build.s.run(build.script("0900-clean.hook.chroot"), ["rm", "/etc/x"]), "chroot/etc/x");
  });
  expect(diff.causes[0]).toMatchObject({ source: "unclassified", paths: ["/etc/x"] });
  expect(diff.causes[0]!.culprits.map(({ name }) => name)).toEqual([
    "0100-make.hook.chroot",
    "0900-clean.hook.chroot",
  ]);
  expect(diff.commands.told[0]).toEqual({ build: "B", command: "rm /etc/x", paths: ["/etc/x"] });
});

test("writers are aligned by what they ran: other process numbers and temporary names are the same writer", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const name = side === "a" ? "/tmp/tmp.x8Kq2LmZ1p" : "/tmp/tmp.B7nW0rTs5v";
    const copy = build.s.run(build.hook, ["install", name, "/etc/x"]);
    build.file("/etc/x", side === "a" ? "yes\n" : "no\n", {}, copy);
  });
  expect(diff.commands.told).toEqual([]);
  const { a: one, b: other } = diff.differences[0]!;
  expect(one.writers.map(({ identity }) => identity)).toEqual(other.writers.map(({ identity }) => identity));
});

test("where no content was kept, what the writer asked for is some evidence", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const sha256 = Buffer.alloc(32, side === "a" ? 1 : 2);
    build.write("/etc/key");
    build.keep(sha256, Buffer.alloc(0), "secret");
    build.needs(build.hook, { what: "getrandom", count: 1, bytes: 32, flags: 0 });
    build.entry("/etc/key", { sha256, size: 32 });
  });
  expect(diff.causes[0]).toMatchObject({ source: "randomness", confidence: "low" });
  expect(diff.differences[0]!.notes).toEqual([
    "its content in A was not kept: it is a secret",
    "its content in B was not kept: it is a secret",
  ]);
});

test("a writer that connected is network input, if nothing else explains it", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const curl = build.s.run(build.hook, ["curl", "-o", "/srv/x", "http://example.org/x"]);
    build.s.add({
      kind: "connection",
      time: build.s.time,
      ...curl,
      address: "192.0.2.1",
      port: 80,
      protocol: 6,
    });
    build.file("/srv/x", side === "a" ? "yes\n" : "no\n", {}, curl);
  });
  expect(causesOf(diff)).toEqual([`network-input: ${hook}: /srv/x`]);
});

test("a file without a known writer has a cause without a culprit", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/etc/x", side === "a" ? "yes\n" : "no\n", {}, nobody);
  });
  expect(diff.causes).toMatchObject([
    { culprit: null, culprits: [], source: "unclassified", paths: ["/etc/x"] },
  ]);
});
