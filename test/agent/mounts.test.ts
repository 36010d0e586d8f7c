import { mkdirSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deviceOf, mountOf, mounts } from "../../agent/mounts.ts";
import { latin1, mount, odd, removeWithMounts } from "./support/mounts.ts";

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-mounts-"));
});
afterEach(() => removeWithMounts(top));

describe("the mounts that a process sees", () => {
  it("are as findmnt(8) has them", () => {
    mount("tmpfs", join(top, odd));
    mkdirSync(join(top, odd, "part"));
    mkdirSync(join(top, "bound"));
    execaSync("mount", ["--bind", join(top, odd, "part"), join(top, "bound")]);
    const found = mounts().filter(({ point }) => point.startsWith(top));
    const device = execaSync("mountpoint", ["-d", join(top, odd)]).stdout;
    const mounted = { type: "tmpfs", source: "isotrace-test", device };
    expect(found).toEqual([
      { point: latin1(join(top, odd)), root: "/", ...mounted },
      { point: join(top, "bound"), root: "/part", ...mounted },
    ]);
  });

  it("tell which one a directory is on: the nearest, and of several at one place the upper", () => {
    mount("tmpfs", join(top, "a"));
    mount("ramfs", join(top, "a/b"));
    expect(mountOf(join(top, "a/x"))).toMatchObject({ point: join(top, "a"), type: "tmpfs" });
    expect(mountOf(join(top, "a/b/c/d"))).toMatchObject({ point: join(top, "a/b"), type: "ramfs" });
    expect(mountOf(join(top, "a/bc"))?.point).toBe(join(top, "a"));
    mount("ramfs", join(top, "a"));
    expect(mountOf(join(top, "a"))?.type).toBe("ramfs");
  });
});

it("a mount's device is numbered as stat(2) does it", () => {
  const point = mount("tmpfs", join(top, "a"));
  expect(deviceOf(mountOf(point)!.device)).toBe(statSync(point).dev);
  expect(deviceOf("259:300")).toBe(0x11032c);
});
