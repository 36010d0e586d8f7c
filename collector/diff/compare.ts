import { byteOrder } from "../manifest/build-manifest.ts";
import { shown } from "../model/bytes.ts";
import { hasUnknownContent } from "./side/entry-key.ts";
import type { ImageFile, Snapshot, State } from "./side/state.ts";

/** In which of the two builds a path is. */
export type Presence = "both" | "A" | "B";

/** What the final states of two builds tell apart, before anything is explained. */
export interface Comparison {
  /** In byte order. */
  readonly paths: readonly { readonly path: string; readonly presence: Presence }[];
  /** How many paths were compared. */
  readonly compared: number;
  /** Why not everything could be compared, one line each. */
  readonly unknown: readonly string[];
  /** Nothing could be compared at all. */
  readonly isNothing: boolean;
}

export function compareStates(a: State, b: State): Comparison {
  const unknown: string[] = [];
  const paths: { path: string; presence: Presence }[] = [];
  let compared = 0;
  for (const [name, one, other] of [
    ["file system", a.tree, b.tree],
    ["binary directory", a.binary, b.binary],
  ] as const) {
    if (one === undefined && other === undefined) continue;
    if (one === undefined || other === undefined) {
      unknown.push(`no ${name} of an image is recorded in ${one === undefined ? "A" : "B"}`);
      continue;
    }
    compared += compareSnapshots(name, one, other, paths, unknown);
  }
  compared += compareFiles(a.files, b.files, paths, unknown);
  paths.sort((one, other) => byteOrder(one.path, other.path));
  return { paths, compared, unknown, isNothing: compared === 0 };
}

type Paths = { path: string; presence: Presence }[];

/** A path that only a partial snapshot lacks is not known to be absent. @returns how many paths were compared */
function compareSnapshots(name: string, a: Snapshot, b: Snapshot, paths: Paths, unknown: string[]): number {
  let [compared, unsure] = [0, 0];
  const unread: string[] = [];
  for (const [path, key] of a.entries) {
    const other = b.entries.get(path);
    if (other === undefined && b.isPartial) unsure++;
    else compared++;
    if (other !== undefined && (hasUnknownContent(key) || hasUnknownContent(other))) unread.push(path);
    if (other === undefined && !b.isPartial) paths.push({ path, presence: "A" });
    else if (other !== undefined && other !== key) paths.push({ path, presence: "both" });
  }
  for (const path of b.entries.keys()) {
    if (a.entries.has(path)) continue;
    if (a.isPartial) unsure++;
    else compared++;
    if (!a.isPartial) paths.push({ path, presence: "B" });
  }
  for (const [side, { isPartial }] of [
    ["A", a],
    ["B", b],
  ] as const) {
    if (isPartial)
      unknown.push(
        `not all of the ${name} of ${side} is recorded: ${unsure} ${unsure === 1 ? "path is" : "paths are"} known of one build only`,
      );
  }
  if (unread.length > 0) {
    const rest = unread.length > 1 ? ` and ${unread.length - 1} more` : "";
    unknown.push(`the content of ${shown(unread[0]!)}${rest} is not known in both builds`);
  }
  return compared;
}

function compareFiles(
  a: readonly ImageFile[],
  b: readonly ImageFile[],
  paths: Paths,
  unknown: string[],
): number {
  const others = new Map(b.map((file) => [file.path, file]));
  for (const file of a) {
    const other = others.get(file.path);
    others.delete(file.path);
    if (other === undefined) paths.push({ path: file.path, presence: "A" });
    else if (file.sha256 === "" || other.sha256 === "") unknown.push(unread(file, other));
    else if (file.sha256 !== other.sha256) paths.push({ path: file.path, presence: "both" });
  }
  for (const path of others.keys()) paths.push({ path, presence: "B" });
  return a.length + others.size;
}

function unread(a: ImageFile, b: ImageFile): string {
  const side = a.sha256 === "" ? "A" : "B";
  return `${shown(a.path)} of ${side} could not be read: ${a.because || b.because || "its reading did not end"}`;
}
