import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, it } from "vitest";
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
