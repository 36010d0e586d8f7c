import { setPriority } from "node:os";
import { enterRoot } from "../kernel/chroot.ts";
import { forbidCoreDumps } from "../kernel/limits.ts";
import { Surveyor } from "../probe/package/surveyor.ts";
import { rootFd, type Survey } from "./protocol.ts";

/**
 * The process inside a chroot: what is below the chroot is read by it alone, so that no symlink there can lead to the
 * host. Everything it needs is loaded by now: after entering, nothing of Isotrace can be.
 */
function main(): void {
  setPriority(10);
  forbidCoreDumps();
  enterRoot(rootFd);
  const surveyor = new Surveyor();
  process.on("message", (survey: Survey) => {
    process.send?.(surveyor.survey(survey));
  });
  process.on("disconnect", () => process.exit(0));
}

main();
