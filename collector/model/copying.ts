import { type Directory, directoryAt, namesBelow } from "./item.ts";
import type { Command } from "./process.ts";

/** A command that copies whole directories: its operands, as names below the build directory. */
export interface Copying {
  readonly sources: readonly Source[];
  readonly destination: readonly string[];
}

interface Source {
  readonly names: readonly string[];
  /** `DIR/.`: what is in it, not itself. */
  readonly content: boolean;
}

/**
 * What a `cp` of directories copies from where, for live-build copies chroots (`cp -a chroot chroot.tmp`,
 * `cp -a cache/bootstrap chroot`) and a copied file's story is that of its original.
 *
 * @param buildDirectory absolute, a byte string.
 * @param top the build directory.
 */
export function copyingOf(command: Command, buildDirectory: string, top: Directory): Copying | undefined {
  if (basename(command.executable) !== "cp" && basename(command.filename) !== "cp") return undefined;
  const words = command.argv.slice(1);
  if (!words.some((word) => /^-[^-]*[arR]|^--(archive|recursive)$/.test(word))) return undefined;
  const operands = words.filter((word) => !word.startsWith("-"));
  const base = absolute(command, buildDirectory, top);
  const destination = base === undefined ? undefined : below(operands.pop() ?? "", base);
  if (base === undefined || destination === undefined) return undefined;
  const sources = operands.flatMap((operand) => {
    const names = below(operand, base);
    return names === undefined ? [] : [{ names, content: /(^|\/)\.\/*$/.test(operand) }];
  });
  return sources.length === 0 ? undefined : { sources, destination };
}

/** The directory that one named `name`, just made in `parent`, is the copy of. */
export function sourceOf(
  copying: Copying,
  top: Directory,
  parent: Directory,
  name: string,
): Directory | undefined {
  const above = namesBelow(top, parent);
  if (above === undefined) return undefined;
  const { sources, destination } = copying;
  const only = sources.length === 1 ? sources[0] : undefined;
  if (only !== undefined && same([...above, name], destination)) return directoryAt(top, only.names);
  if (!same(above, destination)) return undefined;
  for (const { names, content } of sources) {
    if (content) {
      const found = directoryAt(top, [...names, name]);
      if (found !== undefined) return found;
    } else if (names.at(-1) === name) return directoryAt(top, names);
  }
  return undefined;
}

interface Base {
  readonly root: readonly string[];
  readonly working: readonly string[];
  readonly buildDirectory: readonly string[] | undefined;
}

/** Where a command's paths begin, in names below the build directory; undefined if that is not known. */
function absolute(command: Command, buildDirectory: string, top: Directory): Base | undefined {
  const working = split(command.workingDirectory);
  if (command.root === undefined) return { root: [], working, buildDirectory: split(buildDirectory) };
  const root = command.root.directory === undefined ? undefined : namesBelow(top, command.root.directory);
  return root === undefined ? undefined : { root, working, buildDirectory: undefined };
}

function below(operand: string, base: Base): string[] | undefined {
  const names: string[] = operand.startsWith("/") ? [] : [...base.working];
  for (const name of split(operand)) {
    if (name === "..") names.pop();
    else names.push(name);
  }
  if (base.buildDirectory === undefined) return [...base.root, ...names];
  const head = names.splice(0, base.buildDirectory.length);
  return same(head, base.buildDirectory) ? names : undefined;
}

function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
