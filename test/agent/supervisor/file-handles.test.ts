import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openFanotify } from "../../../agent/kernel/fanotify.ts";
import { close } from "../../../agent/kernel/libc.ts";
import { Overlay } from "../kernel/support/overlay.ts";
import { eventsOf, ofKind, run } from "../support/isotrace.ts";

describe("a build on an overlayfs", () => {
  it("goes on, and is said to be recorded without writers, where the kernel allows one fanotify group and no second", async () => {
    using overlay = new Overlay();
    using _ = onlyOneGroup();
    const { exitCode, stderr } = await run(overlay.merged, ["sh", "-c", "echo made >file; exit 4"]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /INCOMPLETE: .*fanotify_init .*EMFILE; raise fs\.fanotify\.max_user_groups.*: files have times and paths, and no writers/,
    );
    expect(stderr).not.toContain("loss");
    expect(ofKind(eventsOf(overlay.merged), "end")[0]).toMatchObject({ status: 4, outcome: "failed" });
  });
});

/** Lets root have one more group than there is now (fanotify(7), max_user_groups). */
function onlyOneGroup(): Disposable {
  const file = "/proc/sys/fs/fanotify/max_user_groups";
  const before = readFileSync(file, "utf8");
  for (let limit = 1; !isRoomForGroup(); limit++) writeFileSync(file, String(limit));
  return { [Symbol.dispose]: () => writeFileSync(file, before) };

  function isRoomForGroup(): boolean {
    if (readFileSync(file, "utf8") === before) return false;
    try {
      close(openFanotify());
      return true;
    } catch {
      return false;
    }
  }
}
