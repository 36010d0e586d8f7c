import { constants, gunzipSync } from "node:zlib";
import type { Binary, ChangelogFacts } from "../../inside/protocol.ts";
import { readBeginning, Unreadable } from "../../inside/read.ts";
import { changelogKey, changelogOf, isRebuild, type Newest, newestEntries } from "./changelog.ts";

/** So much of a file is read: unpacked, it is more than is kept. */
const mostRead = 24 << 10;
/** It unpacks to no more than this, unless it was made to. */
const mostUnpacked = 1 << 20;
/** Text of one answer: as much as a recording holds. */
const mostTogether = 8 << 20;
const nothing = new Uint8Array();

interface Text {
  text: string;
  isWhole: boolean;
}

/**
 * The changelogs of installed packages, in the order in which they are asked for. Of several packages with the same
 * changelog the first that has it is told; undefined for the others, and for those that have none.
 */
export function readChangelogs(
  asked: readonly Binary[],
  unreadable: (error: Unreadable) => void,
): (ChangelogFacts | undefined)[] {
  const told = new Set<string>();
  let left = mostTogether;
  return asked.map((binary) => {
    if (told.has(changelogKey(binary))) return undefined;
    const newest = attempt(() => readChangelog(binary), unreadable);
    if (newest === undefined) return undefined;
    told.add(changelogKey(binary));
    left -= newest.text.length;
    const { name, version, architecture } = binary;
    const text = left < 0 ? nothing : Buffer.from(newest.text, "latin1");
    return { package: name, version, architecture, text, cut: left < 0 || newest.cut };
  });
}

/**
 * The newest entries of an installed package's changelog (Debian Policy, 12.7), in the system that is this process's
 * root. A binary-only rebuild has its own entry in a file beside it (Debian Policy, 5.6.12.1), which comes first.
 * @returns undefined if it has none: it was left out (dpkg's `path-exclude`), removed, or it is not one of Debian's.
 * @throws Unreadable
 */
function readChangelog({ name, version, architecture, source }: Binary): Newest | undefined {
  if (!/^[a-z0-9][a-z0-9+.-]*$/i.test(name)) return undefined;
  const directory = `/usr/share/doc/${name}`;
  const main = readDebian(directory, source);
  if (main === undefined) return undefined;
  const suffix = isRebuild(version) && /^[a-z0-9-]+$/.test(architecture) ? `.${architecture}` : undefined;
  const rebuild = suffix === undefined ? undefined : readText(`${directory}/changelog.Debian${suffix}`);
  const isOfRebuild = rebuild?.isWhole === true && changelogOf(rebuild.text) !== undefined;
  const text = isOfRebuild ? `${rebuild.text.trimEnd()}\n\n${main.text}` : main.text;
  return newestEntries(text, main.isWhole);
}

/** A native package's own changelog is called as those of upstream are. */
function readDebian(directory: string, source: string): Text | undefined {
  const debian = readText(`${directory}/changelog.Debian`);
  if (debian !== undefined) return changelogOf(debian.text) === undefined ? undefined : debian;
  const native = readText(`${directory}/changelog`);
  return native !== undefined && changelogOf(native.text) === source ? native : undefined;
}

/** @param path without the ending of a packed one. */
function readText(path: string): Text | undefined {
  const packed = readBeginning(`${path}.gz`, mostRead);
  if (packed !== undefined) return { text: unpack(packed, `${path}.gz`), isWhole: packed.isWhole };
  const plain = readBeginning(path, mostRead * 2);
  return plain === undefined ? undefined : { text: plain.data.toString("latin1"), isWhole: plain.isWhole };
}

function unpack({ data, isWhole }: { data: Buffer; isWhole: boolean }, path: string): string {
  // Of a part, as much as can be unpacked.
  const finishFlush = isWhole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  try {
    return gunzipSync(data, { finishFlush, maxOutputLength: mostUnpacked }).toString("latin1");
  } catch (error) {
    throw new Unreadable(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function attempt<T>(act: () => T, unreadable: (error: Unreadable) => void): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    unreadable(error);
    return undefined;
  }
}
