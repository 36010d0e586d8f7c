import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { handleOf, openByHandle, pathOfFd } from "../../../agent/kernel/handles.ts";
import { O_DIRECTORY } from "../../../agent/kernel/libc.ts";

it("a handle opens its directory wherever it has moved to, and nothing when it is gone", () => {
  const top = mkdtempSync(join(tmpdir(), "isotrace-handles-"));
  const mount = openSync(top, "r");
  try {
    mkdirSync(join(top, "a/b"), { recursive: true });
    const key = handleOf(join(top, "a/b"));
    renameSync(join(top, "a"), join(top, "c"));
    const fd = openByHandle(mount, key, O_DIRECTORY);
    expect(pathOfFd(fd)?.toString()).toBe(join(top, "c/b"));
    expect(handleOf(join(top, "c/b"))).toBe(key);
    closeSync(fd);
    rmdirSync(join(top, "c/b"));
    mkdirSync(join(top, "c/b"));
    expect(openByHandle(mount, key, O_DIRECTORY)).toBe(-116); // ESTALE: the inode's number may be used again, its generation not
    expect(handleOf(join(top, "c/b"))).not.toBe(key);
  } finally {
    closeSync(mount);
    rmSync(top, { recursive: true });
  }
});
