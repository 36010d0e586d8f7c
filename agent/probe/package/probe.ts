import { closeSync, fstatSync } from "node:fs";
import { type Event, operation } from "../../../proto/events.ts";
import type { LogPosition, PackageFacts } from "../../inside/protocol.ts";
import { O_PATH, SystemError } from "../../kernel/libc.ts";
import { openWithin } from "../../kernel/open-within.ts";
import type { DirectoryNode } from "../file/tree.ts";
import type { Writer } from "../process/attribution.ts";
import type { Incarnation } from "../process/incarnation.ts";
import { RootPackages } from "./root-packages.ts";
import { Shared } from "./shared.ts";
import { debsOf, isDebootstraps, programOf } from "./writer.ts";

export interface PackageProbeOutput {
  emit(event: Event): void;
  loss(what: string, detail: string, count?: number): void;
  /** The number of a process in the recording. */
  number(process: Incarnation): number;
  /** Opens a directory, a system's root or one within it, wherever it has been moved to. @throws SystemError if it is gone. */
  openRoot(root: DirectoryNode): number;
  /** Microseconds of CLOCK_BOOTTIME. */
  now(): number;
}

const logName = Buffer.from("dpkg.log");
const { create, write, rename } = operation;
const removal = operation.delete;
const mostFetched = 100_000;

/**
 * Packages as debootstrap, apt and dpkg leave their traces: told by the file probe what they touched, it reads it from
 * inside the chroot. One system a root directory: the image's chroot, the builder's, and live-build's cache.
 */
export class PackageProbe {
  readonly #out: PackageProbeOutput;
  readonly #roots = new Map<DirectoryNode, RootPackages>();
  readonly #shared = new Shared();
  /** .dsc files that were fetched into a system: they may be moved out of it. */
  readonly #fetched = new Set<string>();
  /** The name of the file that was last renamed out of a `partial/`: where to, the next call says. */
  #leaving = "";

  constructor(out: PackageProbeOutput) {
    this.#out = out;
  }

  /** A file was touched in a directory with a role, or one called *.dsc anywhere. */
  notice(directory: DirectoryNode, name: string, operations: number, writer: Writer): void {
    if (directory.role === undefined) {
      if ((operations & write) !== 0 || isArrival(operations)) this.#source(directory, name, writer);
      return;
    }
    const { kind, root } = directory.role;
    const isThere = (operations & (create | write)) !== 0;
    switch (kind) {
      case "debootstrap":
        if (name === "deburis" && isThere) this.#of(root).deburis(writer);
        return;
      case "lists":
        if (name !== "lock" && isThere) this.#of(root).lists();
        return;
      case "archives":
        if (name.endsWith(".deb") && this.#isDownload(name, operations, writer))
          this.#of(root).download(name, writer);
        return;
      case "partial":
        this.#leaving = (operations & rename) !== 0 && !isArrival(operations) ? name : "";
        return;
      case "dpkg":
        if (name !== "status") return;
        if (isThere) this.#of(root).status();
        else if ((operations & removal) !== 0) this.#roots.get(root)?.gone();
        return;
      case "log":
        if (name === "dpkg.log") this.#log(directory, operations, writer);
        return;
      case "apt":
        // Of a system that is known: what the builder's `config/` has for one is not a system's.
        if ((operations & (create | write | rename | removal)) !== 0) this.#roots.get(root)?.configuration();
        return;
      default:
        kind satisfies never;
    }
  }

  /** The build has ended: takes the last looks. */
  async settle(): Promise<void> {
    for (const packages of this.#roots.values()) await packages.settle();
  }

  async close(): Promise<void> {
    for (const packages of this.#roots.values()) await packages.close();
  }

  /** Renamed from partial/: what is copied or moved here from elsewhere was not downloaded, and what debootstrap gets is in its own list. */
  #isDownload(name: string, operations: number, writer: Writer): boolean {
    const isFromPartial = this.#leaving === name;
    this.#leaving = "";
    if (isArrival(operations)) return isFromPartial && !isDebootstraps(writer);
    // Where renames and writers are not seen (chokidar), it is the likeliest that can be said.
    return writer.process === undefined && (operations & create) !== 0 && (operations & rename) === 0;
  }

  #log(directory: DirectoryNode, operations: number, writer: Writer): void {
    if ((operations & (create | write | rename | removal)) === 0) return;
    const program = programOf(writer);
    const packages = this.#of(directory.role!.root);
    // Who is not known is taken for dpkg, which mostly writes there.
    if ((program !== "dpkg" && program !== "") || (operations & (rename | removal)) !== 0) {
      packages.logReplaced(this.#endOf(directory));
      return;
    }
    if ((operations & create) !== 0) packages.logBegun();
    if ((operations & write) !== 0) packages.logClosed(writer, debsOf(writer));
  }

  /** Where dpkg's log ends now: asked at once, before dpkg goes on with it. */
  #endOf(directory: DirectoryNode): LogPosition {
    let within: number | undefined;
    let log: number | undefined;
    try {
      within = this.#out.openRoot(directory);
      log = openWithin(within, logName, O_PATH);
      const { ino, size } = fstatSync(log);
      return { inode: ino, offset: size };
    } catch (error) {
      if (error instanceof SystemError) return { inode: 0, offset: 0 }; // removed, or no file: dpkg will begin another
      throw error;
    } finally {
      if (log !== undefined) closeSync(log);
      if (within !== undefined) closeSync(within);
    }
  }

  #source(directory: DirectoryNode, name: string, writer: Writer): void {
    const names = [name];
    let top = directory;
    for (let at: DirectoryNode | undefined = directory; at !== undefined; at = at.parent) {
      if (this.#roots.has(at)) {
        if (this.#fetched.size < mostFetched) this.#fetched.add(name);
        this.#of(at).source(`/${names.join("/")}`, writer);
        return;
      }
      names.unshift(at.name);
      top = at;
    }
    // Fetched by the host's apt into the build directory: its lists are not there, but the file is.
    if (!this.#fetched.has(name)) this.#of(top).source(`/${names.slice(1).join("/")}`, writer);
  }

  #of(root: DirectoryNode): RootPackages {
    const known = this.#roots.get(root);
    if (known !== undefined) return known;
    const packages = new RootPackages(() => this.#out.openRoot(root), this.#shared, {
      package: (facts, writer) => this.#emit(root, facts, writer),
      release: (facts) => this.#out.emit({ kind: "release", ...facts, ...this.#at(root) }),
      changelog: (facts) => this.#out.emit({ kind: "changelog", ...facts, ...this.#at(root) }),
      configuration: (facts) => this.#out.emit({ kind: "configuration", ...facts, ...this.#at(root) }),
      loss: (detail) => this.#out.loss("packages", detail),
    });
    this.#roots.set(root, packages);
    return packages;
  }

  #at(root: DirectoryNode): { time: number; root: number } {
    return { time: this.#out.now(), root: root.id };
  }

  #emit(root: DirectoryNode, facts: PackageFacts, writer: Writer | undefined): void {
    this.#out.emit({
      kind: "package",
      ...facts,
      ...this.#at(root),
      process: writer?.process === undefined ? 0 : this.#out.number(writer.process),
      epoch: writer?.epoch ?? 0,
    });
  }
}

/** The new place of something that was renamed; at its old place there is no `create`. */
function isArrival(operations: number): boolean {
  return (operations & rename) !== 0 && (operations & create) !== 0;
}
