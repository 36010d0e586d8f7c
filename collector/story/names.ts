import type { Command } from "../model/process.ts";

/** The last name of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The name of what runs: of a script, the script's. */
export function programOf(command: Command): string {
  return basename(command.filename === "" ? command.executable : command.filename);
}

/** A program and its arguments, without the interpreter that the kernel put before them. */
export function argumentsOf({ argv, filename }: Command): readonly string[] {
  const at = argv.indexOf(filename, 1);
  return argv.slice(at > 0 ? at + 1 : 1);
}

/** A command as one types it in a shell. */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
