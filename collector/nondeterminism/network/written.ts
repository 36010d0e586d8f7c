import { operation } from "../../../proto/events.ts";
import { byteOrder } from "../../manifest/build-manifest.ts";
import type { Build } from "../../model/build.ts";
import { FrozenTree } from "../../model/frozen.ts";
import type { Image, ImageEntry } from "../../model/image.ts";
import { mark } from "../../model/operations.ts";
import { type Actor, Actors, actorKinds } from "./actors.ts";
import type { Download } from "./downloads.ts";

/** What a download left, and what became of it. Paths are byte strings. */
export interface Written {
  /** Absolute in the image, or below `/binary/`; of a file that is in neither: in the build directory, without `/`. */
  readonly path: string;
  /** `gone`: it was removed or replaced, or was never in the image. */
  readonly state: "kept" | "gone";
}

export interface Writings {
  /** In byte order; at most {@link mostPaths}. Those that are gone only if none was kept: tools have many of those. */
  readonly files: readonly Written[];
  /** How many there are. */
  readonly count: number;
  /** How it got there: by the downloader and what it started, by what its output was piped to, or by its shell. */
  readonly by: Actor | "nobody";
}

const mostPaths = 200;
const nothing: Writings = { files: [], count: 0, by: "nobody" };

/** What each of the downloads wrote, in their order. */
export function writingsOf(build: Build, downloads: readonly Download[]): Writings[] {
  if (downloads.length === 0) return [];
  const actors = new Actors(build, downloads);
  const files = new Files(build, actors);
  for (const image of [build.image, build.binary]) if (image !== undefined) files.addImage(image);
  if (downloads.some((_, i) => files.isEmpty(i))) files.addRest();
  return downloads.map((download, i) => files.writings(i, download));
}

/** What is known of one of a download's files: the last operation that it did to it. */
interface Of {
  readonly state: Written["state"];
  readonly index: number;
  readonly time: number;
}

/** Files by the download that they are of, and the kind of actor that wrote them. */
class Files {
  readonly #build: Build;
  readonly #actors: Actors;
  readonly #found = new Map<string, Map<string, Of>>();

  constructor(build: Build, actors: Actors) {
    this.#build = build;
    this.#actors = actors;
  }

  addImage({ tree, entries }: Image): void {
    for (const path of tree?.paths() ?? []) {
      const { history, past } = tree!.get(path);
      const isThere = tree!.isPresent(path) && isContent(entries.get(path));
      if (isThere) this.#add(path, "kept", history);
      for (const each of this.#build.pasts.list(past)) this.#add(path, "gone", each);
    }
  }

  /** What is in no image, for downloads that left nothing there. */
  addRest(): void {
    const { tree, pasts } = this.#build;
    const everywhere = new FrozenTree(tree.top, "", pasts);
    const isInImage = new Set([...this.#found.keys()].map((key) => key.split(" ")[0]!));
    for (const path of everywhere.paths()) {
      const { history, past } = everywhere.get(path);
      for (const each of [history, ...pasts.list(past)]) this.#add(path.slice(1), "gone", each, isInImage);
    }
  }

  isEmpty(download: number): boolean {
    return actorKinds.every((by) => !this.#found.has(`${download} ${by}`));
  }

  writings(download: number, { time }: Download): Writings {
    const by = actorKinds.find((kind) => this.#found.has(`${download} ${kind}`));
    if (by === undefined) return nothing;
    const all = [...this.#found.get(`${download} ${by}`)!];
    const own = by === "shell" ? firstAfter(all, time) : all;
    if (own.length === 0) return nothing;
    const kept = own.filter(([, { state }]) => state === "kept");
    const files = (kept.length > 0 ? kept : own)
      .map(([path, { state }]) => ({ path, state }))
      .sort((a, b) => byteOrder(a.path, b.path));
    return { files: files.slice(0, mostPaths), count: files.length, by };
  }

  #add(path: string, state: Written["state"], history: number, except?: ReadonlySet<string>): void {
    for (const { bits, process, epoch, last, index } of this.#build.operations.history(history)) {
      if (process === 0 || (bits & writing) === 0 || (bits & (mark.away | operation.directory)) !== 0)
        continue;
      for (const { download, by } of this.#actors.of(process, epoch)) {
        if (except?.has(String(download))) continue;
        const key = `${download} ${by}`;
        const files = this.#found.get(key) ?? new Map<string, Of>();
        this.#found.set(key, files);
        if (files.get(path)?.state !== "kept") files.set(path, { state, index, time: last });
      }
    }
  }
}

/** A device takes what is written to it and keeps nothing. */
function isContent(entry: ImageEntry | undefined): boolean {
  return entry === undefined || entry.type === "file" || entry.type === "symlink";
}

const writing = operation.write | operation.create | operation.rename;

/** A shell writes many things: of those only the next after the download can hold it. Times are late by milliseconds. */
function firstAfter<T extends { index: number; time: number }>(
  all: [string, T][],
  time: number,
): [string, T][] {
  const later = all.filter(([, each]) => each.time >= time);
  const first = Math.min(...later.map(([, { index }]) => index));
  return later.filter(([, { index }]) => index === first);
}
