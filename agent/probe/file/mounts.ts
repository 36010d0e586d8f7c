import { closeSync, openSync } from "node:fs";
import { mountsChanged } from "../../kernel/libc.ts";
import { type Mount, mountOf, mounts } from "../../mounts.ts";

/** File systems that hold no file of an image: what is written there is the kernel's. */
const kernels =
  /^(proc|sysfs|devpts|devtmpfs|securityfs|selinuxfs|cgroup2?|binfmt_misc|debugfs|tracefs|bpf|mqueue|efivarfs|fuse\..*|autofs)$/;

/**
 * File systems that were mounted below the build directory: the mark on the build directory's own does not cover
 * them, so what is written there is missed, and that must be said.
 */
export class OtherMounts {
  readonly #below: string;
  readonly #device: string | undefined;
  readonly #known = new Set<string>();
  readonly #fd = openSync("/proc/self/mountinfo", "r");
  #isFirst = true;

  constructor(directory: string) {
    const top = Buffer.from(directory).toString("latin1");
    this.#below = `${top}/`;
    this.#device = mountOf(top)?.device;
  }

  /** Mount points (byte strings) that were not there at the last look, each with its file system's type. Dear only after a change. */
  appeared(): { point: string; type: string }[] {
    // Asked first: what changes while the list is read is seen next time.
    if (!mountsChanged(this.#fd) && !this.#isFirst) return [];
    this.#isFirst = false;
    return mounts().filter((mount) => this.#isOther(mount) && this.#isNew(mount));
  }

  close(): void {
    closeSync(this.#fd);
  }

  #isOther({ point, type, device }: Mount): boolean {
    if (device === this.#device) return false; // the same file system once more: its mark covers it
    const isSharedMemory = type === "tmpfs" && point.endsWith("/dev/shm"); // shm_overview(7)
    return point.startsWith(this.#below) && !kernels.test(type) && !isSharedMemory;
  }

  #isNew({ point, type, source }: Mount): boolean {
    const name = `${point}\0${type}\0${source}`;
    if (this.#known.has(name)) return false;
    this.#known.add(name);
    return true;
  }
}
