import { closeSync, type Dirent, openSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { type Event, operation } from "../../../proto/events.ts";
import {
  handleAndMount,
  handleIfThere,
  handleOf,
  handleOfFd,
  openByHandle,
  pathOfFd,
} from "../../kernel/handles.ts";
import { O_DIRECTORY, O_PATH, SystemError } from "../../kernel/libc.ts";
import type { Writer } from "../process/attribution.ts";
import type { Incarnation } from "../process/incarnation.ts";
import { objectOf } from "./object.ts";
import type { DirectoryFinder } from "./probe.ts";
import { type DirectoryNode, DirectoryTree, pathOf } from "./tree.ts";
import { openIf, type Twin } from "./twin.ts";

/** Handles known to lie elsewhere; they are asked again after this many. */
const elsewhereLimit = 20_000;
const slash = Buffer.from("/");
/** Made before the directory had a mark. */
const unseen = operation.create | operation.found | operation.uncertain;

export interface FinderOutput {
  emit(event: Event): void;
  loss(what: string, detail: string): void;
  /** The number of a process in the recording. */
  number(process: Incarnation): number;
  /** Marks a directory, where one mark on the file system is refused. @throws SystemError */
  mark?: ((directory: Uint8Array) => void) | undefined;
  /** A directory's key is its handle, by which it can be opened wherever it has been moved to. */
  hasHandles: boolean;
}

/**
 * Finds directories on the file system where events do not tell of them: at the start of a recording, when a
 * tree is moved in from outside, and for a handle that is not known.
 */
export class Finder implements DirectoryFinder {
  readonly tree: DirectoryTree;
  /** Handles of Isotrace's own directories: what happens there is not part of the build. */
  readonly own = new Set<string>();
  readonly #build: Twin;
  readonly #mount: number;
  readonly #mountId: number;
  readonly #out: FinderOutput;
  /** Handles can be opened, too: CAP_DAC_READ_SEARCH is needed (open_by_handle_at(2)), which not every container has. */
  readonly #opensHandles: boolean;
  #elsewhere = new Set<string>();
  /** Objects of files that need not be found any more: only where directories have marks of their own. */
  readonly #seen = new Set<number>();

  /**
   * @param own Isotrace's directories, which are there.
   * @throws SystemError if one of them is not there, or its file system has no handles.
   */
  constructor(build: Twin, own: string[], out: FinderOutput) {
    this.#build = build;
    const path = this.#build.at(this.#build.directory);
    this.#mount = openSync(path, "r");
    this.#out = out;
    const { key, mount } = handleAndMount(path);
    this.#mountId = mount;
    this.tree = new DirectoryTree(key);
    const fd = out.hasHandles ? openByHandle(this.#mount, key, O_PATH) : -1;
    this.#opensHandles = fd >= 0;
    if (fd >= 0) closeSync(fd);
    for (const each of own) this.own.add(handleOf(this.#build.at(Buffer.from(each))));
  }

  /** Records the directories and files that are there already. */
  scan(time: number): void {
    this.#scanInto(this.tree.root, this.#build.at(this.#build.directory), {
      time,
      operations: operation.found,
    });
  }

  find(key: string): DirectoryNode | undefined {
    if (key === "" || this.#elsewhere.has(key)) return undefined;
    const path = this.#pathOfHandle(key);
    const late = { time: 0, operations: operation.found };
    const node = path === undefined ? undefined : this.#nodeAt(path, key, late);
    if (node === undefined) {
      if (this.#elsewhere.size >= elsewhereLimit) this.#elsewhere = new Set();
      this.#elsewhere.add(key);
    }
    return node;
  }

  made(node: DirectoryNode, time: number, writer: Writer): void {
    if (this.#out.mark === undefined) return; // the mark on the file system covers it
    const path = pathOf(node);
    if (path === undefined) return;
    // What came into it before its mark was not seen coming: most likely its maker's.
    this.#scanInto(node, this.absolute(path), { time, operations: unseen, writer });
  }

  takeIn(node: DirectoryNode, time: number, writer: Writer): void {
    if (!this.#out.hasHandles) {
      this.made(node, time, writer);
      return;
    }
    const found = { time, operations: operation.found | operation.crossing };
    const fd = this.#openItself(node);
    if (fd < 0) {
      // Removed meanwhile, and what was in it before it; but without handles it can have been moved on as well.
      if (!this.#opensHandles)
        this.#out.loss(
          "directory",
          "a directory that came from outside was gone before it could be read: it is found by its handle only with CAP_DAC_READ_SEARCH",
        );
      return;
    }
    try {
      this.#scanInto(node, Buffer.from(`/proc/self/fd/${fd}`), found);
    } finally {
      closeSync(fd);
    }
  }

  /** Opens a directory below the build directory, wherever it has been moved to. @throws SystemError if it is gone. */
  open(node: DirectoryNode): number {
    const below = pathOf(node);
    const merged = below === undefined ? undefined : this.#build.open(this.absolute(below), node.key);
    if (merged !== undefined) return merged;
    const fd = this.#openItself(node);
    if (fd < 0) throw new SystemError("open", -fd, `directory "${node.name}"`);
    return fd;
  }

  /**
   * By handle: it may have been moved on since, and another directory may lie where it came to. Where handles cannot be
   * opened, by its path, if that leads to it and through no symlink. The result is a descriptor, or -errno.
   */
  #openItself(node: DirectoryNode): number {
    if (this.#opensHandles) return openByHandle(this.#mount, node.key, O_DIRECTORY);
    const below = pathOf(node);
    if (below === undefined) return -constants.errno.ESTALE;
    const path = this.#build.at(this.absolute(below));
    return openIf(path, O_DIRECTORY, (fd) =>
      this.#out.hasHandles ? handleOfFd(fd) === node.key : pathOfFd(fd)?.equals(path) === true,
    );
  }

  /** The directory at an absolute path, if it is there and events have told of it: they may be still to come. */
  nodeAt(path: Buffer): DirectoryNode | undefined {
    const reached = handleIfThere(this.#build.at(path));
    return reached === undefined ? undefined : this.tree.get(reached.key);
  }

  /** Where an open file is: its directory and name; undefined if that is not below the build directory, or removed. */
  placeOf(fd: number, time: number, writer: Writer): Place | undefined {
    const path = pathOfFd(fd);
    if (path === undefined || !this.#build.isBelow(path) || path.length <= this.#build.directory.length)
      return undefined;
    const end = path.lastIndexOf(0x2f);
    const above = path.subarray(0, end);
    const aboveKey = handleIfThere(above)?.key;
    if (aboveKey === undefined || this.own.has(aboveKey)) return undefined;
    const directory = this.#nodeAt(above, aboveKey, { time, operations: unseen, writer });
    if (directory === undefined) return undefined;
    const key = handleOfFd(fd);
    this.#seen.add(objectOf(key));
    return { directory, name: path.toString("latin1", end + 1), key };
  }

  /** Number of the directory at an absolute path: 0 if it is not below the build directory, undefined if not known yet. */
  numberOf(path: Buffer): number | undefined {
    return this.#build.isBelow(path) ? this.nodeAt(path)?.id : 0;
  }

  absolute(path: string): Buffer {
    if (path === "") return this.#build.directory;
    return Buffer.concat([this.#build.directory, slash, Buffer.from(path, "latin1")]);
  }

  close(): void {
    closeSync(this.#mount);
  }

  /** Undefined if it was removed meanwhile, or is of another file system: then it was not ours, or its creation told of it. */
  #pathOfHandle(key: string): Buffer | undefined {
    if (!this.#opensHandles) return undefined;
    const fd = openByHandle(this.#mount, key, O_PATH);
    if (fd < 0) return undefined;
    try {
      return this.#build.pathOf(fd);
    } finally {
      closeSync(fd);
    }
  }

  #nodeAt(path: Buffer, key: string, late: Found): DirectoryNode | undefined {
    const known = this.tree.get(key);
    if (known !== undefined) return known;
    if (!this.#build.isBelow(path)) return undefined;
    const end = path.lastIndexOf(0x2f);
    const above = path.subarray(0, end);
    const aboveKey = handleIfThere(this.#build.at(above))?.key;
    if (aboveKey === undefined || this.own.has(aboveKey)) return undefined;
    const parent = this.#nodeAt(above, aboveKey, late);
    if (parent === undefined) return undefined;
    const found = this.tree.get(key); // reading the directory above may have come upon it
    if (found !== undefined) return found;
    const name = path.toString("latin1", end + 1);
    const node = this.#define(key, parent, name, late.time);
    if (this.#out.mark === undefined) {
      this.#out.loss("directory", "a directory was found late: what happened in it before is not known");
    } else {
      this.#emitFound(parent, name, key, node.id, late);
    }
    this.#scanInto(node, this.#build.at(path), late);
    return node;
  }

  #define(key: string, parent: DirectoryNode, name: string, time: number): DirectoryNode {
    const { node, isNew } = this.tree.add(key, parent, name);
    if (isNew)
      this.#out.emit({
        kind: "directory",
        time,
        id: node.id,
        parent: parent.id,
        name,
        object: objectOf(key),
      });
    return node;
  }

  #scanInto(node: DirectoryNode, path: Buffer, found: Found): void {
    let entries: Dirent<Buffer>[];
    try {
      this.#out.mark?.(path);
      entries = readdirSync(path, { encoding: "buffer", withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Removed or moved meanwhile: the event that says so is still to come.
      if (code !== "ENOENT" || this.#out.mark === undefined)
        this.#out.loss("directory", `a directory could not be read: ${code ?? String(error)}`);
      return;
    }
    for (const entry of entries) {
      const at = Buffer.concat([path, slash, entry.name]);
      const reached = handleIfThere(at);
      if (reached === undefined || this.own.has(reached.key)) continue;
      // What is mounted here is not the image's: proc and sys in a chroot, for two.
      if (reached.mount !== this.#mountId) continue;
      const { key } = reached;
      const name = entry.name.toString("latin1");
      if (!entry.isDirectory()) this.#emitFound(node, name, key, 0, found);
      else if (this.tree.get(key) !== undefined) this.#meet(this.tree.get(key)!, node, name, found);
      else {
        const child = this.#define(key, node, name, found.time);
        if (found.writer !== undefined) this.#emitFound(node, name, key, child.id, found);
        this.#scanInto(child, at, found);
      }
    }
  }

  /** A known directory is come upon: at another place if its move was into a directory that had no mark yet. */
  #meet(known: DirectoryNode, directory: DirectoryNode, name: string, found: Found): void {
    if (known.parent === directory && known.name === name) return;
    this.tree.move(known, directory, name);
    this.#emitFound(directory, name, known.key, known.id, found);
  }

  #emitFound(directory: DirectoryNode, name: string, key: string, child: number, found: Found): void {
    const object = objectOf(key);
    if (this.#out.mark !== undefined && child === 0) {
      if (this.#seen.has(object)) return;
      this.#seen.add(object);
    }
    const { process, epoch } = found.writer ?? { process: undefined, epoch: 0 };
    this.#out.emit({
      kind: "file",
      time: found.time,
      process: process === undefined ? 0 : this.#out.number(process),
      epoch,
      operations: found.operations | (child === 0 ? 0 : operation.directory),
      directory: directory.id,
      name,
      newDirectory: 0,
      newName: "",
      child,
      object,
    });
  }
}

/** Where a file is. */
export interface Place {
  directory: DirectoryNode;
  name: string;
  key: string;
}

/** How found entries are told. */
interface Found {
  time: number;
  operations: number;
  writer?: Writer;
}
