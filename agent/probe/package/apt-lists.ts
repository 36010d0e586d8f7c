import { createHash } from "node:crypto";
import { closeSync, fstatSync, readdirSync } from "node:fs";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Origin } from "../../../proto/events.ts";
import type { ReleaseFacts } from "../../inside/protocol.ts";
import { openRegular, readOpen, readRegular, Unreadable } from "../../inside/read.ts";
import { parseStanza, type Stanza } from "./deb822.ts";
import { type ListName, parseListName } from "./list-name.ts";
import { parseRelease } from "./release.ts";
import { parseSources, withScheme } from "./sources-list.ts";
import { StanzaIndex } from "./stanza-index.ts";

const directory = "/var/lib/apt/lists";
/** Debian's whole `main` is 50 MB. */
const mostBytes = 512 << 20;
const mostLists = 200;
const mostConfiguration = 1 << 20;

interface OpenList {
  name: ListName;
  file: string;
  fd: number;
  /** Inode, size and time: equal for a list that has not changed. */
  identity: string;
  index: StanzaIndex | undefined;
}

/** A stanza that was found, and the list it stands in. */
export interface Listed {
  stanza: Stanza;
  origin: Origin;
}

/**
 * apt's lists of one chroot. They are kept open, so that one that is removed (a hook that cleans up right after
 * installing) still answers.
 */
export class AptLists {
  readonly #open = new Map<string, OpenList>();
  readonly #releases = new Map<string, string>();
  #configured: string[] = [];
  readonly losses: string[] = [];

  /** Looks at what there is now. @returns the Release files that were not there, or were others, at the last look. */
  refresh(): ReleaseFacts[] {
    this.#configured = this.#readConfiguration();
    const releases: ReleaseFacts[] = [];
    for (const file of this.#list(directory).slice(0, mostLists)) {
      const name = parseListName(file);
      if (name === undefined) continue;
      if (name.kind === "release") releases.push(...this.#readRelease(file, name));
      else this.#openList(file, name);
    }
    return releases;
  }

  /** Every stanza of a package's name in the lists of binary packages, or of source packages. */
  find(kind: "packages" | "sources", name: string): Listed[] {
    const found: Listed[] = [];
    for (const list of this.#open.values()) {
      if (list.name.kind !== kind || !isReadable(list.name)) continue;
      list.index ??= this.#index(list);
      for (const text of list.index.find(name)) {
        const { base, suite, component } = list.name;
        const uri = withScheme(base, this.#configured);
        found.push({ stanza: parseStanza(text), origin: { list: list.file, uri, suite, component } });
      }
    }
    return found;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Lists that cannot be read, for their compression. */
  get unread(): string[] {
    return [...this.#open.values()].filter(({ name }) => !isReadable(name)).map(({ file }) => file);
  }

  close(): void {
    for (const { fd } of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #openList(file: string, name: ListName): void {
    this.#attempt(() => {
      const fd = openRegular(`${directory}/${file}`);
      if (fd === undefined) return;
      const { ino, size, mtimeMs } = fstatSync(fd);
      const identity = `${ino} ${size} ${mtimeMs}`;
      const known = this.#open.get(file);
      if (known?.identity === identity) {
        closeSync(fd);
        return;
      }
      if (known !== undefined) closeSync(known.fd);
      this.#open.set(file, { name, file, fd, identity, index: undefined });
    });
  }

  #index(list: OpenList): StanzaIndex {
    let data: Buffer = Buffer.alloc(0);
    this.#attempt(() => {
      data = decompress(readOpen(list.fd, list.file, mostBytes).data, list.name.compression, list.file);
    });
    return new StanzaIndex(data);
  }

  #readRelease(file: string, name: ListName): ReleaseFacts[] {
    let facts: ReleaseFacts | undefined;
    this.#attempt(() => {
      const part = readRegular(`${directory}/${file}`, 64 << 20);
      if (part === undefined) return;
      const sha256 = createHash("sha256").update(part.data).digest("hex");
      if (this.#releases.get(file) === sha256) return;
      this.#releases.set(file, sha256);
      const { base, suite } = name;
      const fields = parseRelease(part.data.toString("latin1"));
      facts = { list: file, uri: withScheme(base, this.#configured), suite, sha256, ...fields };
    });
    return facts === undefined ? [] : [facts];
  }

  #readConfiguration(): string[] {
    const files = ["/etc/apt/sources.list"];
    for (const file of this.#list("/etc/apt/sources.list.d"))
      if (/\.(list|sources)$/.test(file)) files.push(`/etc/apt/sources.list.d/${file}`);
    const uris = [...this.#configured];
    for (const file of files.slice(0, mostLists)) {
      this.#attempt(() => {
        const part = readRegular(file, mostConfiguration);
        if (part !== undefined) uris.push(...parseSources(part.data.toString("latin1"), file));
      });
    }
    // Those of earlier looks stay: a list can outlive the entry that it came from.
    return [...new Set(uris)].slice(-1000);
  }

  #list(path: string): string[] {
    try {
      return readdirSync(path, "latin1").sort();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") this.losses.push(`${path}: ${code ?? String(error)}`);
      return [];
    }
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.losses.push(error.message);
    }
  }
}

/** Node has no decompressor of the others, and a chroot's own programs are not to be trusted. */
function isReadable({ compression }: ListName): boolean {
  return compression === "" || compression === "gz" || compression === "zst";
}

function decompress(data: Buffer, compression: ListName["compression"], file: string): Buffer {
  try {
    switch (compression) {
      case "":
        return data;
      case "gz":
        return gunzipSync(data, { maxOutputLength: mostBytes });
      case "zst":
        return zstdDecompressSync(data, { maxOutputLength: mostBytes });
      case "xz":
      case "lz4":
      case "bz2":
        return Buffer.alloc(0); // never asked for: see isReadable
      default:
        return compression satisfies never;
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
