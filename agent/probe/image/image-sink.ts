import { type ContentReader, printablePath } from "./content.ts";
import { deviceNumber, type FoundEntry, type LinkGroup, newEntry } from "./entry.ts";
import type { Inventory } from "./inventory.ts";
import type { TarSink } from "./tar.ts";
import { TarError, type TarHeader } from "./tar-header.ts";

/** Bytes of content that an image may hold: a sparse file in it can say petabytes, which would be read for weeks. */
const contentLimit = 256 * 2 ** 30;

/** Takes the entries of a tar archive into an inventory. Methods throw a TarError for an archive that is none of an image. */
export class ImageSink implements TarSink {
  readonly #inventory: Inventory;
  readonly #content: ContentReader;
  /** A hard link in an archive names an entry that came before. */
  readonly #byPath = new Map<string, FoundEntry>();
  #current: FoundEntry | undefined;
  #total = 0;

  constructor(inventory: Inventory, content: ContentReader) {
    this.#inventory = inventory;
    this.#content = content;
  }

  entry(header: TarHeader): void {
    const path = imagePath(header.path);
    this.#total += header.size;
    if (this.#total > contentLimit)
      throw new TarError(`${printablePath(path)}: the image's contents exceed ${contentLimit} bytes`);
    const entry = header.type === "link" ? this.#link(path, header) : entryOf(path, header);
    this.#inventory.add(entry);
    this.#byPath.set(path, entry);
    this.#current = entry;
    if (header.type === "file") this.#content.begin(path, header.size);
  }

  content(part: Buffer): void {
    this.#content.update(part);
  }

  end(): void {
    const entry = this.#current;
    if (entry?.type === "file" && entry.inode === undefined) Object.assign(entry, this.#content.end());
    this.#current = undefined;
  }

  #link(path: string, header: TarHeader): FoundEntry {
    const first = this.#byPath.get(imagePath(header.target));
    if (first === undefined)
      throw new TarError(`${printablePath(path)} is a hard link to a path that did not come before it`);
    const group: LinkGroup = first.inode ?? { count: 1, number: 0 };
    group.count++;
    first.inode = group;
    this.#content.link(path, first.path);
    return { ...first, path };
  }
}

/** "./usr/bin/" is "/usr/bin". @throws TarError for a path that could lead elsewhere. */
function imagePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new TarError(`path ${JSON.stringify(printablePath(path))} contains ".."`);
  return `/${parts.join("/")}`;
}

function entryOf(path: string, header: TarHeader): FoundEntry {
  const { type, mode, uid, gid, mtime, mtimeNanoseconds } = header;
  if (!isObject(type)) throw new TarError(`${printablePath(path)} is an entry of type ${type}`);
  const target = type === "symlink" ? header.target : "";
  const isDevice = type === "character" || type === "block";
  return {
    ...newEntry(path, type),
    mode,
    uid,
    gid,
    mtime,
    mtimeNanoseconds,
    size: type === "symlink" ? target.length : header.size,
    target,
    device: isDevice ? deviceNumber(header.major, header.minor) : 0,
    xattrs: header.xattrs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
  };
}

const objects = ["file", "symlink", "character", "block", "directory", "fifo"] as const;

function isObject(type: TarHeader["type"]): type is (typeof objects)[number] {
  return (objects as readonly string[]).includes(type);
}
