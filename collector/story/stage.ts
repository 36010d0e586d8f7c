import type { Command } from "../model/process.ts";
import { basename } from "./names.ts";

/** A stage of live-build, as lb(1) names its commands. */
export type Stage = "bootstrap" | "chroot" | "installer" | "binary" | "source";

export interface StageOfCommand {
  readonly stage: Stage | null;
  /** `lb chroot_hooks`. */
  readonly script: string | null;
}

const stages: readonly Stage[] = ["bootstrap", "chroot", "installer", "binary", "source"];

/**
 * Which script of live-build stands nearest above a process, and in which stage. The stage is that of the
 * command which runs a stage's scripts (`lb binary`), for some scripts serve several (`lb chroot_prep`); where
 * a script was called by itself, its name says it.
 */
export function stageOf(chain: readonly Command[]): StageOfCommand {
  const scripts = chain.map(liveBuildScript).filter((name) => name !== undefined);
  const [nearest] = scripts;
  if (nearest === undefined) return { stage: null, script: null };
  const driver = stages.find((stage) => scripts.includes(stage));
  const named = stages.find((stage) => nearest.startsWith(`${stage}_`));
  return { stage: driver ?? named ?? null, script: `lb ${nearest}` };
}

/** The name of live-build's script that a command runs, of the installed live-build or of a checkout. */
export function liveBuildScript(command: Command): string | undefined {
  if (command.root !== undefined) return undefined;
  const isScript = /\/lib\/live\/build\/[^/]+$|(^|\/)scripts\/build\/[^/]+$/.test(command.filename);
  return isScript ? basename(command.filename) : undefined;
}

/**
 * The hook that a process ran for, by its file name (`0100-remove-logs.hook.chroot`). live-build copies a hook
 * of the chroot to /root there and runs that; one of the binary stage it runs from the configuration.
 */
export function hookOf(chain: readonly Command[]): string | null {
  for (const { filename } of chain) {
    const name = basename(filename);
    if (!/\.(chroot|container|binary|source)$/.test(name)) continue;
    if (filename === `/root/${name}` || /(^|\/)hooks\//.test(filename)) return name;
  }
  return null;
}
