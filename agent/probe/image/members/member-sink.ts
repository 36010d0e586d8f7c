import { ContentReader, type Keep } from "../content.ts";
import { deviceNumber, type ImageEntry, newEntry, typeOfMode } from "../entry.ts";
import { MembersError } from "./byte-source.ts";
import type { CpioSink } from "./cpio.ts";
import type { CpioHeader } from "./cpio-header.ts";

/** Members of one archive: an initial RAM disk has some thousands. */
export const memberLimit = 100_000;
/** PATH_MAX. */
const targetLimit = 4096;

/** Takes the members of a cpio archive as entries, in its order. Methods throw a MembersError for what no archive holds. */
export class MemberSink implements CpioSink {
  readonly members: ImageEntry[] = [];
  readonly #within: string;
  readonly #content: ContentReader;
  /** By inode, those of which more links are announced. */
  readonly #links = new Map<string, ImageEntry[]>();
  #current: ImageEntry | undefined;

  /** @param keep is told of contents, by their path in the archive. */
  constructor(within: string, keep: Keep) {
    this.#within = within;
    this.#content = new ContentReader(false, keep);
  }

  entry(name: string, header: CpioHeader): void {
    if (this.members.length >= memberLimit)
      throw new MembersError(`they are more than ${memberLimit}: no more are read`);
    const entry = entryOf(name, header, this.#within);
    if (entry.type === "symlink" && header.size > targetLimit)
      throw new MembersError(`a symlink's target says ${header.size} bytes`);
    this.members.push(entry);
    this.#current = entry;
    if (entry.type !== "file") return;
    this.#content.begin(entry.path, header.size);
    if (entry.links > 1) this.#link(entry, header);
  }

  content(part: Buffer): void {
    const entry = this.#current;
    if (entry?.type === "file") this.#content.update(part);
    else if (entry?.type === "symlink") entry.target += part.toString("latin1");
  }

  end(): void {
    const entry = this.#current;
    if (entry?.type === "file") entry.sha256 = this.#content.end().sha256;
  }

  /** All are read. Of hard links only the last has the content (cpio(5)). */
  finish(): void {
    for (const links of this.#links.values()) {
      const { size, sha256 } = links.find((each) => each.size > 0) ?? links[0]!;
      for (const link of links) Object.assign(link, { size, sha256 });
    }
    this.#links.clear();
  }

  #link(entry: ImageEntry, { inode, device }: CpioHeader): void {
    const key = `${device}:${inode}`;
    const links = this.#links.get(key);
    if (links === undefined) this.#links.set(key, [entry]);
    else links.push(entry);
  }
}

function entryOf(name: string, header: CpioHeader, within: string): ImageEntry {
  const { mode, uid, gid, mtime, size, links, inode, device, rdevice } = header;
  const type = typeOfMode(mode);
  if (type === undefined) throw new MembersError(`the mode of a member is 0${mode.toString(8)}`);
  const { md5: _, inode: __, ...entry } = newEntry(memberPath(name), type);
  const isDevice = type === "character" || type === "block";
  return {
    ...entry,
    mode: mode & 0o7777,
    uid,
    gid,
    mtime,
    size: type === "file" || type === "symlink" ? size : 0,
    links,
    // As the archive has them: with them an archive differs that was not made reproducible.
    inode,
    device: deviceNumber(...(isDevice ? rdevice : device)),
    package: "",
    relation: "generated",
    within,
  };
}

/** "./usr/bin/" is "/usr/bin". */
function memberPath(name: string): string {
  return `/${name
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
