import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Difference } from "./compare.ts";

/** A build that was made and compared with the first. */
export interface Done {
  readonly name: string;
  readonly varied: readonly string[];
  readonly differences: readonly Difference[];
}

/** How far the experiments have come: kept in a file, so that what was interrupted goes on. */
export interface State {
  readonly version: 1;
  /** Of the tree, the command and the variations: what another one has begun is not gone on with. */
  readonly identity: string;
  /** Where the first build is, once it is made, and how long it took in seconds. */
  base: { out: string; seconds: number } | undefined;
  done: Done[];
}

/** The state that an earlier run left for the same tree, command and variations; else a new one. */
export function loadState(work: string, identity: string): State {
  const fresh: State = { version: 1, identity, base: undefined, done: [] };
  let text: string;
  try {
    text = readFileSync(fileOf(work), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return fresh;
    throw error;
  }
  try {
    const state = JSON.parse(text) as State;
    return state.version === 1 && state.identity === identity ? state : fresh;
  } catch {
    return fresh; // a file that was damaged costs the builds that it told of, nothing else
  }
}

export function saveState(work: string, state: State): void {
  const temporary = `${fileOf(work)}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(temporary, fileOf(work));
}

function fileOf(work: string): string {
  return join(work, "state.json");
}

/** What earlier builds leave in the tree. */
const left = /^(isotrace|\.build|cache|binary.*|chroot.*|.*\.iso)$/;

/** Of names, sizes and times of the tree's files, of the command and the variations. */
export function identityOf(source: string, command: readonly string[], varied: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([command, varied]));
  const look = (directory: string, top: boolean) => {
    for (const name of readdirSync(directory).sort()) {
      if (top && left.test(name)) continue;
      const path = join(directory, name);
      const stats = lstatSync(path);
      hash.update(`${path}\0${stats.mode}\0`);
      if (stats.isDirectory()) look(path, false);
      else hash.update(`${stats.size}\0${stats.mtimeMs}\0`);
    }
  };
  look(source, true);
  return hash.digest("hex");
}
