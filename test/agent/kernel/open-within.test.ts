import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { O_DIRECTORY } from "../../../agent/kernel/libc.ts";
import { openWithin } from "../../../agent/kernel/open-within.ts";

let top: string;
let directory: number;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-open-within-"));
  mkdirSync(join(top, "inside/sub"), { recursive: true });
  writeFileSync(join(top, "inside/file"), "inside");
  writeFileSync(join(top, "inside/sub/file"), "below");
  writeFileSync(join(top, "secret"), "outside");
  directory = openSync(join(top, "inside"), "r");
});
afterEach(() => {
  closeSync(directory);
  rmSync(top, { recursive: true });
});

function contentOf(name: Uint8Array | string): string {
  const fd = openWithin(directory, Buffer.from(name), 0);
  try {
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

describe("an entry of an open directory", () => {
  it("is opened, whatever bytes its name has", () => {
    const name = Buffer.from("\xff\n", "latin1");
    writeFileSync(Buffer.concat([Buffer.from(`${top}/inside/`), name]), "odd");
    expect([contentOf("file"), contentOf("sub/file"), contentOf(name)]).toEqual(["inside", "below", "odd"]);
    closeSync(openWithin(directory, Buffer.from("sub"), O_DIRECTORY));
  });

  it.each([
    ["../secret", "EXDEV"],
    ["sub/../../secret", "EXDEV"],
    ["/etc/passwd", "EXDEV"],
    ["link", "ELOOP"],
    ["directory-link/file", "ELOOP"],
    ["sub/own-link", "ELOOP"],
    ["none", "ENOENT"],
  ])("is not opened if it would lead elsewhere: %s is %s", (name, code) => {
    symlinkSync("../secret", join(top, "inside/link"));
    symlinkSync("sub", join(top, "inside/directory-link"));
    symlinkSync("file", join(top, "inside/sub/own-link"));
    expect(() => contentOf(name)).toThrow(expect.objectContaining({ code, subject: name }));
  });

  it("is not opened if something is mounted on it, though it be the same file system", () => {
    execaSync("mount", ["--bind", join(top, "secret"), join(top, "inside/file")]);
    try {
      expect(() => contentOf("file")).toThrow(expect.objectContaining({ code: "EXDEV" }));
    } finally {
      execaSync("umount", [join(top, "inside/file")]);
    }
  });

  it("is not another one that a name with a NUL would cut it down to", () => {
    expect(() => contentOf("file\0.txt")).toThrow("contains a NUL byte");
  });

  it("is closed where a program is executed, so that nothing of it is left to the build", () => {
    const fd = openWithin(directory, Buffer.from("file"), 0);
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))![1]!;
      expect(Number.parseInt(flags, 8) & 0o2000000).not.toBe(0);
    } finally {
      closeSync(fd);
    }
  });
});
