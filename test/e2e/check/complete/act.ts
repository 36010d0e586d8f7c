/** What can happen to a name, as far as the checks compare it. */
export type ActKind = "create" | "write" | "attributes" | "delete" | "rename";

/** A process, told from others that had its pid by being the n-th of them (0, 1, ...). */
export interface Actor {
  pid: number;
  incarnation: number;
}

/**
 * A change that the recording must hold. Paths are byte strings from the observed directory, beginning with "/";
 * those outside of it begin with "@", and are told only of renames that cross its border.
 */
export interface Act {
  kind: ActKind;
  path: string;
  /** Of a rename. */
  to: string;
  actor: Actor;
  /** What it ran; undefined where the witness does not tell. */
  command: Command | undefined;
  /** The witness says that it may have been another command or process. */
  isGuess?: boolean;
}

export interface Command {
  /** As given to execve(2). */
  filename: string;
  /** The argument vector, NUL between. */
  argv: string;
}

/** A program that a process began. */
export interface Exec {
  actor: Actor;
  command: Command;
}

/** What a witness saw. */
export interface Testimony {
  acts: Act[];
  execs: Exec[];
  /** The process that a process was forked by, both as {@link actorKey}. */
  parents: Map<string, string>;
}

export function actorKey({ pid, incarnation }: Actor): string {
  return `${pid}.${incarnation}`;
}

/** What two witnesses of one act agree in, but for who did it; of what is outside no path is compared. */
export function actKey(kind: ActKind, path: string, to: string): string {
  return `${kind} ${path.startsWith("@") ? "@" : path}\0${to.startsWith("@") ? "@" : to}`;
}

/** For messages: control characters and bytes above ASCII as \xNN. */
export function shown(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
