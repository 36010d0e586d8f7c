import { type Event, operation } from "../../../proto/events.ts";
import type { DirectoryNode } from "../file/tree.ts";
import type { Writer } from "../process/attribution.ts";
import type { Incarnation } from "../process/incarnation.ts";
import { RootPackages } from "./root-packages.ts";

export interface PackageProbeOutput {
  emit(event: Event): void;
  loss(what: string, detail: string, count?: number): void;
  /** The number of a process in the recording. */
  number(process: Incarnation): number;
  /** Opens a system's root directory, wherever it has been moved to. @throws SystemError if it is gone. */
  openRoot(root: DirectoryNode): number;
  /** Microseconds of CLOCK_BOOTTIME. */
  now(): number;
}

/** Downloads and source packages that one look is asked for, at the most. */
const mostNames = 20_000;

/**
 * Packages as debootstrap, apt and dpkg leave their traces: told by the file probe what they touched, it reads it from
 * inside the chroot. One system a root directory: the image's chroot, the builder's, and live-build's cache.
 */
export class PackageProbe {
  readonly #out: PackageProbeOutput;
  readonly #roots = new Map<DirectoryNode, { packages: RootPackages; writer: Writer | undefined }>();

  constructor(out: PackageProbeOutput) {
    this.#out = out;
  }

  /** A file was touched in a directory with a role, or one called *.dsc anywhere. */
  notice(directory: DirectoryNode, name: string, operations: number, writer: Writer): void {
    const { create, write, rename } = operation;
    if (name === "dpkg.log" && directory.role?.kind === "log") {
      const isDpkgs = writer.process?.execs.at(-1)?.name === "dpkg";
      if (!isDpkgs) this.#roots.get(directory.role.root)?.packages.logCut();
    }
    if ((operations & (create | write | rename)) === 0) return;
    if (directory.role === undefined) {
      this.#source(directory, name, operations, writer);
      return;
    }
    const { kind, root } = directory.role;
    switch (kind) {
      case "debootstrap":
        if (name === "deburis")
          this.#of(root, writer).touch((pending) => {
            pending.deburis = true;
          });
        return;
      case "lists":
        if (!name.endsWith("lock"))
          this.#of(root, writer).touch((pending) => {
            pending.lists = true;
          });
        return;
      case "archives":
        // Renamed from partial/: downloaded. What is copied here was not, and what debootstrap gets is in its own list.
        if (name.endsWith(".deb") && (operations & rename) !== 0 && !isDebootstraps(writer))
          this.#of(root, writer).touch((pending) => {
            if (pending.downloads.length < mostNames) pending.downloads.push(name);
            else this.#out.loss("packages", "more downloads at once than are looked at");
          });
        return;
      case "partial":
        return;
      case "dpkg":
        if (name === "status") this.#dpkg(root, operations, writer);
        return;
      case "log":
        if (name === "dpkg.log") this.#dpkg(root, operations, writer);
        return;
      default:
        kind satisfies never;
    }
  }

  /** The build has ended: takes the last looks. */
  async settle(): Promise<void> {
    for (const { packages } of this.#roots.values()) await packages.settle();
  }

  async close(): Promise<void> {
    for (const { packages } of this.#roots.values()) packages.close();
  }

  #dpkg(root: DirectoryNode, operations: number, writer: Writer): void {
    const packages = this.#of(root, writer);
    if ((operations & operation.create) !== 0 && isCopier(writer)) packages.copiedAt = utcNow();
    packages.touch((pending) => {
      pending.log = true;
      pending.status = true;
    });
  }

  #source(directory: DirectoryNode, name: string, operations: number, writer: Writer): void {
    if ((operations & (operation.write | operation.rename)) === 0) return;
    const names = [name];
    for (let at: DirectoryNode | undefined = directory; at !== undefined; at = at.parent) {
      if (this.#roots.has(at)) {
        const path = `/${names.join("/")}`;
        this.#of(at, writer).touch((pending) => {
          if (pending.dscs.length < mostNames && !pending.dscs.includes(path)) pending.dscs.push(path);
        });
        return;
      }
      names.unshift(at.name);
    }
  }

  #of(root: DirectoryNode, writer: Writer): RootPackages {
    const known = this.#roots.get(root);
    if (known !== undefined) {
      known.writer = writer;
      return known.packages;
    }
    const packages = new RootPackages(() => this.#out.openRoot(root), {
      package: (facts) => this.#emit(root, { kind: "package", ...facts }),
      release: (facts) => this.#out.emit({ kind: "release", time: this.#out.now(), root: root.id, ...facts }),
      loss: (detail) => this.#out.loss("packages", detail),
    });
    this.#roots.set(root, { packages, writer });
    return packages;
  }

  #emit(
    root: DirectoryNode,
    facts: Omit<Extract<Event, { kind: "package" }>, "time" | "root" | "process" | "epoch">,
  ): void {
    const writer = facts.action === "present" ? undefined : this.#roots.get(root)?.writer;
    this.#out.emit({
      ...facts,
      time: this.#out.now(),
      root: root.id,
      process: writer?.process === undefined ? 0 : this.#out.number(writer.process),
      epoch: writer?.epoch ?? 0,
    });
  }
}

function isDebootstraps({ process }: Writer): boolean {
  for (let at = process; at !== undefined; at = at.parent) {
    if (at.facts !== undefined && /\/debootstrap\0/.test(Buffer.from(at.facts.argv).toString("latin1")))
      return true;
  }
  return false;
}

/** Programs that bring a dpkg.log of another system. */
function isCopier({ process }: Writer): boolean {
  const program = process?.execs.at(-1)?.name ?? "";
  return /^(cp|mv|rsync|tar|bsdtar|cpio|unsquashfs)$/.test(program);
}

/** Now, as dpkg.log writes times where the time zone is UTC. */
function utcNow(): string {
  return new Date().toISOString().slice(0, 19).replace("T", " ");
}
