import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { findMirror } from "../../../e2e/lib/mirror.ts";
import { type Read, read, squashfs } from "./lib/read.ts";
import { scratch } from "./lib/scratch.ts";

const top = scratch();
const chroot = join(top, "chroot");
const cache = join(tmpdir(), "isotrace-test-minbase-bookworm.tar");

/** A real system, debootstrapped once for all runs. */
async function unpackMinbase(): Promise<void> {
  if (!existsSync(cache)) {
    const fresh = join(top, "fresh");
    await execa("debootstrap", ["--variant=minbase", "bookworm", fresh, await findMirror()]);
    await execa("tar", ["-cf", `${fresh}.tar`, "--numeric-owner", "--xattrs", "."], { cwd: fresh });
    await execa("mv", [`${fresh}.tar`, `${cache}.${process.pid}`]);
    renameSync(`${cache}.${process.pid}`, cache);
    rmSync(fresh, { recursive: true });
  }
  mkdirSync(chroot);
  await execa("tar", ["-xf", cache, "--numeric-owner", "--xattrs"], { cwd: chroot });
}

async function packAndRead(): Promise<Read> {
  const file = join(top, "image.squashfs");
  rmSync(file, { force: true });
  await execa("mksquashfs", [chroot, file, "-comp", "zstd", "-Xcompression-level", "1", "-no-progress"]);
  return read(squashfs, file);
}

/** Paths that dpkg finds changed, without those that are gone (dpkg(1), --verify). */
async function verified(): Promise<string[]> {
  const { stdout } = await execa("chroot", [chroot, "dpkg", "--verify"], { reject: false });
  return stdout
    .split("\n")
    .map((line) => /^..5.{6} (?:.) (.*)$/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

/** Every path that dpkg says a package owns, with that package's names, as the chroot itself resolves the path. */
async function owned(): Promise<Map<string, Set<string>>> {
  const { stdout } = await execa("chroot", [chroot, "dpkg-query", "-S", "*"]);
  const owners = new Map<string, Set<string>>();
  for (const line of stdout.split("\n")) {
    const [, names, path] = /^(?!diversion by)(.*?): (\/.*)$/.exec(line) ?? [];
    if (names === undefined) continue;
    const set = owners.get(path!) ?? new Set();
    for (const name of names.split(", ")) set.add(name.replace(/:.*/, ""));
    owners.set(path!, set);
  }
  const paths = [...owners.keys()];
  const { stdout: directories } = await execa(
    "chroot",
    [chroot, "xargs", "-d", "\n", "realpath", "-m", "--"],
    {
      input: paths.map((path) => dirname(path)).join("\n"),
    },
  );
  const byPlace = new Map<string, Set<string>>();
  directories.split("\n").forEach((directory, i) => {
    const place = join(directory, basename(paths[i]!));
    byPlace.set(place, new Set([...(byPlace.get(place) ?? []), ...owners.get(paths[i]!)!]));
  });
  return byPlace;
}

const changedFile = "/usr/share/doc/base-files/README";
const changedConffile = "/etc/debian_version";
const removedFile = "/usr/bin/tac";
const addedFile = "/usr/bin/from-a-hook";

let fresh: Read;
let edited: Read;

beforeAll(async () => {
  await unpackMinbase();
  fresh = await packAndRead();
  appendFileSync(chroot + changedFile, "x");
  appendFileSync(chroot + changedConffile, "x");
  rmSync(chroot + removedFile);
  writeFileSync(chroot + addedFile, "#!/bin/sh\n");
  edited = await packAndRead();
}, 300_000);

describe("of a debootstrapped system", () => {
  test("every file of a package is as shipped, and none is left unsaid", () => {
    expect(fresh.result.kind).toBe("done");
    expect(fresh.entries.filter(({ problem }) => problem !== "")).toEqual([]);
    expect(fresh.entries.filter(({ relation }) => relation === "changed")).toEqual([]);
    expect(fresh.entries.filter(({ relation }) => relation === "shipped").length).toBeGreaterThan(5000);
  });

  test("owners are those that dpkg names, and what none owns is generated", async () => {
    const owners = await owned();
    const wrong = fresh.entries.filter(({ path, package: name }) => {
      const known = owners.get(path);
      return known === undefined ? name !== "" : !known.has(name.replace(/:.*/, ""));
    });
    expect(wrong.map(({ path, package: name }) => [path, name])).toEqual([]);
  });

  test("what differs are the files in which dpkg --verify finds other content", async () => {
    const expected = await verified();
    expect(expected.sort()).toEqual([changedConffile, changedFile]);
    const changed = edited.entries.filter(({ relation }) => relation === "changed");
    expect(changed.map(({ path, package: name }) => [path, name])).toEqual(
      [changedConffile, changedFile].map((path) => [path, "base-files:amd64"]),
    );
  });

  test("an added file is generated, and a removed one is not there", () => {
    expect(edited.entries.find(({ path }) => path === addedFile)).toMatchObject({
      relation: "generated",
      package: "",
    });
    const lacking = new Set(edited.entries.map(({ path }) => path));
    expect(fresh.entries.filter(({ path }) => !lacking.has(path)).map(({ path }) => path)).toEqual([
      removedFile,
    ]);
  });

  test("attributes of a file in the image are those in the chroot", () => {
    const status = edited.entries.find(({ path }) => path === "/var/lib/dpkg/status")!;
    expect(status.size).toBe(readFileSync(`${chroot}/var/lib/dpkg/status`).length);
  });
});
