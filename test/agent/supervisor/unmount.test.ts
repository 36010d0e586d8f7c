import { closeSync, mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mountsBelow } from "../../../agent/mounts.ts";
import { unmountNew } from "../../../agent/supervisor/unmount.ts";
import { latin1, mount, odd, removeWithMounts } from "../support/mounts.ts";

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-unmount-"));
});
afterEach(() => removeWithMounts(top));

describe("what a stopped build left mounted", () => {
  it("is unmounted, the inner before the outer, and what was there before is not", () => {
    mount("tmpfs", join(top, "before"));
    const before = mountsBelow(top);
    mount("tmpfs", join(top, "chroot"));
    mount("proc", join(top, "chroot/proc"));
    mount("tmpfs", join(top, odd));
    mount("tmpfs", join(top, "before"));
    const unmounted = [
      join(top, "before"),
      latin1(join(top, odd)),
      ...["chroot/proc", "chroot"].map((each) => join(top, each)),
    ];
    expect(unmountNew(top, before)).toEqual(
      unmounted.map((point) => `${point}: unmounted, the stopped build had left it`),
    );
    expect(mountsBelow(top)).toEqual(before);
  });

  it("is named if it cannot be unmounted, and the rest is unmounted all the same", () => {
    mount("tmpfs", join(top, "busy"));
    mount("tmpfs", join(top, "free"));
    const held = openSync(join(top, "busy"), "r");
    try {
      const [free, busy] = unmountNew(top, []);
      expect(free).toBe(`${join(top, "free")}: unmounted, the stopped build had left it`);
      expect(busy).toMatch(/busy: the stopped build left it mounted: .*busy/);
      expect(mountsBelow(top)).toEqual([join(top, "busy")]);
    } finally {
      closeSync(held);
    }
  });
});
