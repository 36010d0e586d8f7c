import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { directory, read } from "./lib/read.ts";
import { scratch } from "./lib/scratch.ts";

const top = scratch();

function make(name: string): string {
  const path = join(top, name);
  mkdirSync(path);
  return path;
}

test("paths longer than the kernel takes are read", async () => {
  const tree = make("deep");
  const levels = 40;
  await execa(
    "perl",
    ["-e", `for (1..${levels}) { mkdir("x" x 200); chdir("x" x 200) } open(F, ">end"); print F "e"`],
    {
      cwd: tree,
    },
  );
  const { result, entries } = await read(directory, tree);
  expect(result.kind).toBe("done");
  const last = entries.at(-1)!;
  expect(last.path.length).toBe(levels * 201 + 4);
  expect([last.size, last.problem]).toEqual([1, ""]);
});

test("nothing outside is read: through symlinks, or over mount points of the same file system", async () => {
  const tree = make("hostile");
  const outside = make("outside");
  writeFileSync(join(outside, "secret"), "host's");
  symlinkSync("/etc", join(tree, "absolute"));
  symlinkSync("../outside", join(tree, "relative"));
  mkdirSync(join(tree, "mounted"));
  await execa("mount", ["--bind", outside, join(tree, "mounted")]);
  writeFileSync(join(tree, "file"), "");
  await execa("mount", ["--bind", join(outside, "secret"), join(tree, "file")]);
  const { entries } = await read(directory, tree).finally(() =>
    execa("umount", [join(tree, "mounted"), join(tree, "file")]),
  );
  expect(entries.map(({ path, sha256, problem }) => [path, sha256, problem !== ""])).toEqual([
    ["/", "", false],
    ["/absolute", "", false],
    ["/file", "", true],
    ["/mounted", "", true],
    ["/relative", "", false],
  ]);
  expect(entries[3]!.problem).toBe("a mount point: what is mounted here is not part of the image");
});

test("times are kept to the nanosecond, also before 1970", async () => {
  const tree = make("times");
  await execa("touch", ["-d", "@-1.25", "before"], { cwd: tree });
  await execa("touch", ["-d", "@1.5", "after"], { cwd: tree });
  const { entries } = await read(directory, tree);
  expect(entries.slice(1).map(({ mtime, mtimeNanoseconds }) => [mtime, mtimeNanoseconds])).toEqual([
    [1, 500_000_000],
    [-2, 750_000_000],
  ]);
});

test("a binary directory's paths begin with its own", async () => {
  const tree = make("binary");
  writeFileSync(join(tree, "grub.cfg"), "");
  const { entries } = await read({ kind: "directory", prefix: "/binary", packages: false }, tree);
  expect(entries.map(({ path }) => path)).toEqual(["/binary", "/binary/grub.cfg"]);
});
