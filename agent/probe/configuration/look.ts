import { createHash } from "node:crypto";
import {
  type Names,
  NotRegular,
  namesBy,
  namesIn,
  type Opener,
  readBeginning,
  Unreadable,
} from "../../inside/read.ts";
import { SystemError } from "../../kernel/libc.ts";
import { withoutCredentials } from "./credentials.ts";

/** Bounds of one look. Nobody writes a list of packages that comes near them. */
const mostBytes = 256 << 10;
const mostTogether = 8 << 20;
const mostFiles = 500;
const mostNames = 10_000;

/** A configuration file that is new, or not as it was told last. */
export interface ConfigurationFile {
  /** Absolute, a byte string. */
  path: string;
  /** Without credentials. */
  content: Uint8Array;
  /** The content is not all of it; cut at the end of a line. */
  cut: boolean;
  /** What it is told apart by. */
  digest: string;
}

export interface ConfigurationChanges {
  changed: ConfigurationFile[];
  /** Those that were told, and are not there any more. */
  removed: string[];
  losses: string[];
}

/** A look at configuration files: finds out which are not as they were told. */
export class ConfigurationLook {
  readonly #known: ReadonlyMap<string, string>;
  readonly #opener: Opener | undefined;
  readonly #changed: ConfigurationFile[] = [];
  readonly #losses: string[] = [];
  /** There, or it cannot be said. */
  readonly #standing = new Set<string>();
  #bytes = 0;
  #isFull = false;

  /**
   * @param known digests of what was told, by path.
   * @param opener for a process that has entered the chroot if it is not given.
   */
  constructor(known: ReadonlyMap<string, string>, opener?: Opener) {
    this.#known = known;
    this.#opener = opener;
  }

  /** @param isWanted whether it is of use; one that was told already is. */
  read(path: string, isWanted: (text: string) => boolean = () => true): void {
    if (this.#standing.size >= mostFiles) {
      if (!this.#isFull)
        this.#losses.push(`more than ${mostFiles} configuration files; ${path} and others are not read`);
      this.#isFull = true;
      return;
    }
    const found = this.#attempt(path);
    if (found === undefined) return;
    if (this.#known.has(path) || isWanted(found.text)) this.#found(path, found.text, found.cut);
  }

  /** Names in a directory, sorted byte strings. */
  names(path: string): string[] {
    try {
      const { names, isCut } = this.#namesIn(path);
      if (!isCut) return names;
      this.#losses.push(`${path}: more than ${mostNames} names; the others are not looked at`);
      this.#keep(path);
      return names;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (leadsOut(error)) this.#found(path, "", true);
      else this.#losses.push(error.message);
      this.#keep(path);
      return [];
    }
  }

  changes(): ConfigurationChanges {
    const removed = [...this.#known.keys()].filter((path) => !this.#standing.has(path));
    // What the bound has left out may be there.
    return { changed: this.#changed, removed: this.#isFull ? [] : removed, losses: this.#losses };
  }

  #namesIn(path: string): Names {
    return this.#opener === undefined ? namesIn(path, mostNames) : namesBy(this.#opener, path, mostNames);
  }

  /** What was told of a directory that cannot be read may still be there. */
  #keep(directory: string): void {
    for (const path of this.#known.keys()) if (path.startsWith(`${directory}/`)) this.#standing.add(path);
  }

  #found(path: string, text: string, cut: boolean): void {
    const content = Buffer.from(text, "latin1");
    const digest = createHash("sha256")
      .update(content)
      .update(cut ? "cut" : "")
      .digest("base64");
    this.#standing.add(path);
    this.#bytes += content.length;
    if (this.#known.get(path) !== digest) this.#changed.push({ path, content, cut, digest });
  }

  #attempt(path: string): { text: string; cut: boolean } | undefined {
    const most = Math.min(mostBytes, Math.max(mostTogether - this.#bytes, 0));
    try {
      const part = readBeginning(path, most, this.#opener);
      return part === undefined ? undefined : textOf(part.data, part.isWhole);
    } catch (error) {
      // A mask (`-> /dev/null`), which apt passes over, too.
      if (error instanceof NotRegular) return undefined;
      if (!(error instanceof Unreadable)) throw error;
      if (leadsOut(error)) return { text: "", cut: true };
      this.#losses.push(error.message);
      this.#standing.add(path);
      return undefined;
    }
  }
}

/** Cut at a line's end, as a part of a URL does not show that it has a password. */
function textOf(data: Buffer, isWhole: boolean): { text: string; cut: boolean } {
  const end = isWhole ? data.length : data.lastIndexOf(0x0a) + 1;
  const text = data.toString("latin1", 0, end);
  const plain = withoutCredentials(text);
  return { text: plain, cut: !isWhole || (plain === "" && text !== "") };
}

/** A symlink out of the build directory is the builder's way to share files: it is there, and not read. */
function leadsOut({ cause }: Unreadable): boolean {
  return cause instanceof SystemError && cause.code === "EXDEV";
}
