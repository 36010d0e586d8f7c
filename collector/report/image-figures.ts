import { operation } from "../../proto/events.ts";
import { byteOrder } from "../manifest/build-manifest.ts";
import type { Build } from "../model/build.ts";
import type { Image } from "../model/image.ts";
import { kindOf, type WriterKind } from "../story/kind.ts";
import type { Stories } from "../story/story.ts";

/** Figures over the regular files of an image. */
export interface ImageFigures {
  readonly files: number;
  readonly entries: number;
  readonly byRelation: ReadonlyMap<string, number>;
  /** By what kind of thing wrote last. */
  readonly byKind: ReadonlyMap<WriterKind, number>;
  /** Without a known writer, and not exactly their package's: byte strings, sorted. */
  readonly unattributed: readonly string[];
  /** Their last writer is a guess: byte strings, sorted. */
  readonly uncertain: readonly string[];
  /** Their content is not known or not certain: byte strings, sorted. */
  readonly problems: readonly string[];
}

export function imageFigures(build: Build, stories: Stories, image: Image): ImageFigures {
  const byRelation = new Map<string, number>();
  const byKind = new Map<WriterKind, number>();
  const unattributed: string[] = [];
  const uncertain: string[] = [];
  const problems: string[] = [];
  let files = 0;
  for (const { path, type, relation, history, package: owner, problem } of image.entries.values()) {
    if (problem !== "") problems.push(path);
    if (type !== "file") continue;
    files++;
    count(byRelation, relation === "" ? "unknown" : relation);
    if (relation !== "shipped" && !build.operations.hasWriter(history)) unattributed.push(path);
    if (history === 0) {
      count(byKind, "unknown");
      continue;
    }
    const { process, epoch, last: time, bits } = build.operations.get(history);
    if ((bits & operation.uncertain) !== 0) uncertain.push(path);
    const file = { path, owner: owner.split(":")[0]!, time };
    count(byKind, kindOf(stories.of(process, epoch), stories.unpacks(process, epoch, file)));
  }
  for (const list of [unattributed, uncertain, problems]) list.sort(byteOrder);
  return { files, entries: image.entries.size, byRelation, byKind, unattributed, uncertain, problems };
}

function count<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
