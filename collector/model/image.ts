import type { EntryEvent, ImageEvent } from "../../proto/events.ts";
import { byteString, hex } from "./bytes.ts";
import { FrozenTree, type PathHistory } from "./frozen.ts";
import type { Directory } from "./item.ts";
import type { Pasts } from "./operations.ts";

/** One path of an image, as it was packed. Texts are byte strings. */
export interface ImageEntry extends PathHistory {
  readonly path: string;
  readonly type: EntryEvent["type"];
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, and the rest. */
  readonly mtime: number;
  readonly mtimeNanoseconds: number;
  readonly size: number;
  readonly links: number;
  /** Of the image's file system: equal for hard links. */
  readonly inode: number;
  readonly device: number;
  readonly target: string;
  /** Extended attributes as one text, equal for equal ones; mostly empty. */
  readonly xattrs: string;
  /** Hexadecimal; empty for what has no content, or one that is not known. */
  readonly sha256: string;
  /** name:architecture; empty if no package owns the path. */
  readonly package: string;
  readonly relation: EntryEvent["relation"];
  readonly problem: string;
}

/** One image of the build: a file system, the binary directory or a file. */
export interface Image {
  readonly id: number;
  readonly of: ImageEvent["of"];
  /** The directory that was packed. */
  readonly directory: Directory | undefined;
  /** Indexes of the packer's process; 0 if a directory was read. */
  readonly packer: number;
  readonly epoch: number;
  readonly time: number;
  path: string;
  state: ImageEvent["state"];
  because: string;
  size: number;
  sha256: string;
  /** How many entries there should be. */
  announced: number;
  /** What was there when it was packed; undefined for a file. */
  readonly tree: FrozenTree | undefined;
  readonly entries: Map<string, ImageEntry>;
  /**
   * Members of archives in the image, by the archive's path and by their own, in the archive's order; see `membersOf`.
   * They have no history of their own.
   */
  readonly members: Map<string, Map<string, ImageEntry>>;
}

/** Begins an image: what happens to the directory afterwards does not change what was packed. */
export function beginImage(
  event: ImageEvent,
  directory: Directory | undefined,
  packer: number,
  pasts: Pasts,
): Image {
  const isTree = event.of !== "file" && directory !== undefined;
  return {
    id: event.id,
    of: event.of,
    directory,
    packer,
    epoch: event.epoch,
    time: event.time,
    path: byteString(event.path),
    state: event.state,
    because: event.because,
    size: event.size,
    sha256: hex(event.sha256),
    announced: event.entries,
    tree: isTree ? new FrozenTree(directory, event.of === "binary" ? "/binary" : "", pasts) : undefined,
    entries: new Map(),
    members: new Map(),
  };
}

/** What takes the place of an image that was not recorded: a directory as it was at the end. */
export function standIn(directory: Directory, time: number, pasts: Pasts): Image {
  return {
    id: 0,
    of: "tree",
    directory,
    packer: 0,
    epoch: 0,
    time,
    path: directory.name,
    state: "failed",
    because: "no image was recorded",
    size: 0,
    sha256: "",
    announced: 0,
    tree: new FrozenTree(directory, "", pasts),
    entries: new Map(),
    members: new Map(),
  };
}

/** Adds an entry, joined by its path to what was there when the image was packed; or a member of one that is an archive. */
export function addEntry(image: Image, event: EntryEvent): void {
  const path = byteString(event.path);
  if (event.within.length === 0) {
    const { history, past } = image.tree?.get(path) ?? { history: 0, past: 0 };
    image.entries.set(path, entryOf(path, { history, past }, event));
    return;
  }
  const within = byteString(event.within);
  const known = image.members.get(within);
  const members = known ?? new Map<string, ImageEntry>();
  if (known === undefined) image.members.set(within, members);
  members.set(path, entryOf(path, { history: 0, past: 0 }, event));
}

/**
 * The members of an archive (an initial RAM disk) by their paths, in its order; undefined if it is none, or they are
 * not known. They are recorded once for each content: of an archive that an earlier image has, too, with that.
 */
export function membersOf(
  images: readonly Image[],
  { sha256 }: ImageEntry,
): ReadonlyMap<string, ImageEntry> | undefined {
  for (const { entries, members } of images) {
    for (const [path, found] of members) if (entries.get(path)?.sha256 === sha256) return found;
  }
  return undefined;
}

function entryOf(path: string, history: PathHistory, event: EntryEvent): ImageEntry {
  return {
    path,
    ...history,
    type: event.type,
    mode: event.mode,
    uid: event.uid,
    gid: event.gid,
    mtime: event.mtime,
    mtimeNanoseconds: event.mtimeNanoseconds,
    size: event.size,
    links: event.links,
    inode: event.inode,
    device: event.device,
    xattrs: event.xattrs.map(({ name, value }) => `${byteString(name)}=${hex(value)}`).join(" "),
    target: byteString(event.target),
    sha256: hex(event.sha256),
    package: event.package,
    relation: event.relation,
    problem: event.problem,
  };
}

export function finishImage(image: Image, event: ImageEvent): void {
  image.state = event.state;
  if (event.path.length > 0) image.path = byteString(event.path);
  if (event.because !== "") image.because = event.because;
  if (event.size > 0) image.size = event.size;
  if (event.sha256.length > 0) image.sha256 = hex(event.sha256);
  image.announced = event.entries;
}
