import { mask as bit } from "../../kernel/fanotify.ts";
import type { FileNotice } from "../../kernel/fanotify-parse.ts";
import { type HandleKey, handleIfThere, handleOfFd, pathOfFd } from "../../kernel/handles.ts";
import { upperKey } from "../../kernel/upper-layer.ts";
import type { Twin } from "./twin.ts";

interface Written {
  bits: number;
  pid: number;
  from: number;
  to: number;
  place: Place | undefined;
}

/** Where a file was when its event was read, or before it was removed, by the name that it was opened by. */
interface Place {
  /** "" if it is gone. */
  directory: HandleKey;
  name: string;
}

const deleted = " (deleted)";

/**
 * Files that were written on an overlayfs, put among the events of its upper layer. Those tell of everything but writing,
 * which overlayfs does there unnoticed; of that a queue of its own tells, of the overlayfs. That queue is read
 * first, so what made a written file, or moved it since, is in what is read of the other afterwards. Of the two
 * orders that then are possible the likely one is taken: made, written, moved, removed.
 */
export class WrittenFiles {
  readonly #build: Twin;
  readonly #handle: (notice: FileNotice, from: number, to: number) => boolean;
  readonly #waiting = new Map<HandleKey, Written[]>();

  /** @param handle takes all events, in order. */
  constructor(build: Twin, handle: (notice: FileNotice, from: number, to: number) => boolean) {
    this.#build = build;
    this.#handle = handle;
  }

  /** A file was written to, or closed after that, and is open here. */
  add(bits: number, fd: number, pid: number, from: number, to: number): void {
    const path = pathOfFd(fd);
    const key = upperKey(handleOfFd(fd)) ?? (path === undefined ? undefined : this.#keyAt(path));
    if (key === undefined) return; // of a layer below: not written in the build directory
    const written = { bits, pid, from, to, place: this.#place(key, path) };
    const waiting = this.#waiting.get(key);
    const last = waiting?.at(-1);
    if (waiting === undefined) this.#waiting.set(key, [written]);
    else if (last?.pid !== pid || !isSame(last.place, written.place)) waiting.push(written);
    else {
      // More of the same: a file can be written for long.
      last.bits |= bits;
      last.to = to;
    }
  }

  /** An event of the upper layer, with what was written to the same file. @returns whether it concerns the build. */
  handle(notice: FileNotice, from: number, to: number): boolean {
    const waiting = this.#takeFor(notice);
    if (waiting.length === 0) return this.#handle(notice, from, to);
    const isRename = (notice.mask & bit.rename) !== 0;
    const others: Written[] = [];
    for (const each of waiting) {
      // As the kernel puts in one what one process does to a file, where it tells of all in one queue.
      if (each.pid === notice.pid && !isRename) notice.mask |= each.bits;
      else others.push(each);
    }
    const { directory, name, target } = notice;
    const write = () => {
      for (const each of others) this.#write(each, { directory, name }, target);
    };
    const isGoing = isRename || (notice.mask & bit.delete) !== 0;
    if (isGoing) write();
    const concerns = this.#handle(notice, from, to);
    if (!isGoing) write();
    return concerns;
  }

  /** Every event of the upper layer that happened before what was added has been handled: what is left is about other files. */
  settle(): void {
    for (const [key, waiting] of this.#waiting) {
      for (const each of waiting)
        if (each.place !== undefined && each.place.directory !== "") this.#write(each, each.place, key);
    }
    this.#waiting.clear();
  }

  /** What was written to the file under this name, which it has from this event or had before it. */
  #takeFor(notice: FileNotice): Written[] {
    const waiting = this.#waiting.get(notice.target);
    if (waiting === undefined) return [];
    const rest = waiting.filter(({ place }) => !isOf(place, notice));
    if (rest.length === 0) this.#waiting.delete(notice.target);
    else this.#waiting.set(notice.target, rest);
    return rest.length === 0 ? waiting : waiting.filter((each) => !rest.includes(each));
  }

  #write({ bits, pid, from, to }: Written, { directory, name }: Place, target: HandleKey): void {
    this.#handle(
      { mask: bits, pid, fsid: "", directory, name, newDirectory: "", newName: "", target },
      from,
      to,
    );
  }

  /** By the name that it was opened by; else by its handle: it was removed, or written through another mount, or lies outside. */
  #place(key: HandleKey, path: Buffer | undefined): Place | undefined {
    if (path !== undefined && this.#keyAt(path) === key) return this.#placeOf(path);
    const found = this.#build.find(key) ?? path;
    return found === undefined ? undefined : this.#placeOf(found, this.#keyAt(found) === key ? "" : deleted);
  }

  #placeOf(path: Buffer, ending = ""): Place | undefined {
    if (!this.#build.isBelow(path)) return undefined;
    const end = path.lastIndexOf(0x2f);
    const name = path.toString("latin1", end + 1);
    return {
      directory: this.#keyAt(path.subarray(0, end)) ?? "",
      name: name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name,
    };
  }

  /** Undefined where the path leads nowhere by now, or not into the build directory. */
  #keyAt(path: Buffer): HandleKey | undefined {
    return this.#build.isBelow(path) ? handleIfThere(this.#build.at(path))?.key : undefined;
  }
}

function isSame(a: Place | undefined, b: Place | undefined): boolean {
  return a?.directory === b?.directory && a?.name === b?.name;
}

/** Whether an event is about the name that a file was written by. A name can be one of several (link(2)). */
function isOf(place: Place | undefined, notice: FileNotice): boolean {
  if (place === undefined) return false;
  const isAt = (directory: HandleKey, name: string) =>
    place.name === name && (place.directory === "" || place.directory === directory);
  return isAt(notice.directory, notice.name) || isAt(notice.newDirectory, notice.newName);
}
