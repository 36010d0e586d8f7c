import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { extendedAttributes } from "../../../agent/kernel/xattr.ts";
import { Volume } from "../../e2e/lib/volume.ts";

/** Gives a file `count` attributes of the largest size that the kernel takes. */
function setMany(path: string, count: number): void {
  const script =
    "import os, sys; [os.setxattr(sys.argv[1], 'user.%02d' % i, bytes([255, 0]) * 32768) for i in range(int(sys.argv[2]))]";
  execaSync("/usr/bin/python3", ["-c", script, path, String(count)]);
}

it("attributes are read as bytes, in order, up to a mebibyte together", async () => {
  // Only few file systems have room for so many.
  await using volume = await Volume.make("xfs", join(tmpdir(), `isotrace-xattr-${process.pid}`));
  const path = join(volume.directory, "file");
  writeFileSync(path, "");
  expect(extendedAttributes(Buffer.from(path))).toEqual([]);
  setMany(path, 15);
  const found = extendedAttributes(Buffer.from(path));
  expect(found.map(({ name }) => name)).toEqual(
    Array.from({ length: 15 }, (_, i) => `user.${String(i).padStart(2, "0")}`),
  );
  expect(found.every(({ value }) => value === "\xff\0".repeat(32_768))).toBe(true);
  setMany(path, 17);
  expect(() => extendedAttributes(Buffer.from(path))).toThrow(
    expect.objectContaining({ code: "E2BIG", call: "lgetxattr", subject: path }),
  );
});

describe("extended attributes", () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "isotrace-xattr-"));
    execaSync("mount", ["-t", "tmpfs", "isotrace-test", top]);
  });
  afterEach(() => {
    execaSync("umount", [top]);
    rmSync(top, { recursive: true });
  });

  /** Sets attributes of a path itself by Python's os.setxattr; its arguments are Python's own. */
  function set(path: string, ...attributes: [name: string, value: string][]): void {
    const calls = attributes.map(
      ([name, value]) => `os.setxattr(p, ${name}, ${value}, follow_symlinks=False)`,
    );
    execaSync("python3", ["-c", `import os, sys; p = sys.argv[1]\n${calls.join("\n")}`, path]);
  }

  const of = (path: string) => extendedAttributes(Buffer.from(path));

  it("are all there, in the order of their names' bytes, and bytes that are no text are kept", () => {
    const path = join(top, "file");
    writeFileSync(path, "");
    set(path, [`b"trusted.\\xff"`, `b"\\x00\\xff"`], [`b"trusted.b"`, `b""`], [`b"security.a"`, `b"1"`]);
    expect(of(path)).toEqual([
      { name: "security.a", value: "1" },
      { name: "trusted.b", value: "" },
      { name: "trusted.\xff", value: "\0\xff" },
    ]);
  });

  it("are those of a symlink itself, and not of what it leads to", () => {
    writeFileSync(join(top, "file"), "");
    symlinkSync("file", join(top, "link"));
    set(join(top, "file"), [`b"trusted.a"`, `b"target's"`]);
    expect(of(join(top, "link"))).toEqual([]);
    set(join(top, "link"), [`b"trusted.a"`, `b"own"`]);
    expect(of(join(top, "link"))).toEqual([{ name: "trusted.a", value: "own" }]);
  });

  it("are none where there are none, or the file system has none", () => {
    expect([of(top), of("/proc/version")]).toEqual([[], []]);
  });
});
