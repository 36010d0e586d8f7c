import { existsSync, statfsSync } from "node:fs";
import { release } from "node:os";
import { findProgram } from "../find-program.ts";
import { fileSystemName } from "../kernel/file-system.ts";
import { isKernelAtLeast } from "../kernel/version.ts";
import { openKernel } from "../supervisor/kernel-handles.ts";

export interface Finding {
  check: string;
  /** "lacking": a build can be recorded, but not all of it. */
  state: "fit" | "lacking" | "unfit";
  found: string;
  /** What to do; empty where there is nothing to do. */
  remedy: string;
}

export interface Check {
  name: string;
  /** @param directory where the build is to run. */
  run(directory: string): Finding[];
}

/** Every check of `isotrace doctor`, in the order of its report. */
export const checks: readonly Check[] = [
  { name: "node", run: node },
  { name: "root", run: root },
  { name: "kernel", run: kernel },
  { name: "probes", run: probes },
  { name: "programs", run: programs },
  { name: "disk", run: disk },
];

function node(): Finding[] {
  const major = Number(process.versions.node.split(".")[0]);
  return [
    judged(
      "Node",
      process.version,
      major >= 24 ? "fit" : "unfit",
      'Node 24 or later is needed: run "npm ci"',
    ),
  ];
}

function root(): Finding[] {
  const uid = process.geteuid?.() ?? -1;
  return [
    judged(
      "privileges",
      `user ${uid}`,
      uid === 0 ? "fit" : "unfit",
      "run as root, as live-build itself needs it",
    ),
  ];
}

function kernel(): Finding[] {
  const btf = existsSync("/sys/kernel/btf/vmlinux");
  return [
    judged(
      "kernel",
      release(),
      isKernelAtLeast(5, 17) ? "fit" : "unfit",
      "Linux 5.17 or later is needed: its fanotify tells both names of a rename",
    ),
    judged(
      "kernel types (BTF)",
      btf ? "/sys/kernel/btf/vmlinux" : "none",
      btf ? "fit" : "lacking",
      "a kernel with CONFIG_DEBUG_INFO_BTF=y is needed (Debian's have it), or processes are not recorded",
    ),
  ];
}

/** Opens the probes as `run` would, and closes them again. */
function probes(directory: string): Finding[] {
  const { coverage, close } = openKernel(directory, { needs: true });
  close();
  return coverage.map(({ probe, state, because }) =>
    judged(
      `probe of ${probe}`,
      state === "full" ? "complete" : because,
      state === "full" ? "fit" : "lacking",
      probe === "files"
        ? "build on ext4, xfs, btrfs or tmpfs; on overlayfs in an empty directory, with the disk below mounted anywhere"
        : "install libbpf1, and run as root",
    ),
  );
}

const needed = [
  ["lb", "live-build", "unfit"],
  ["debootstrap", "debootstrap", "unfit"],
  ["sqfs2tar", "squashfs-tools-ng", "lacking"],
] as const;

function programs(): Finding[] {
  return needed.map(([program, name, otherwise]) => {
    const path = findProgram(program, process.env.PATH ?? "", "/");
    return judged(program, path ?? "not found", path ? "fit" : otherwise, `apt-get install ${name}`);
  });
}

/** A minimal build takes 1 GB, a recording 12 MB. */
const enoughBytes = 2 << 30;

function disk(directory: string): Finding[] {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const found = `${(free / 1e9).toFixed(1)} GB free on ${fileSystemName(directory)}`;
  return [
    judged(
      "disk",
      found,
      free >= enoughBytes ? "fit" : "lacking",
      `free space at ${directory}: 2 GB at least`,
    ),
  ];
}

function judged(check: string, found: string, state: Finding["state"], remedy: string): Finding {
  return { check, state, found, remedy: state === "fit" ? "" : remedy };
}
