import { type Act, actKey, actorKey, type Command, type Exec, shown, type Testimony } from "./act.ts";
import { PathHistory } from "./paths.ts";
import type { Recorded } from "./recorded.ts";

export interface Verdict {
  acts: number;
  execs: number;
  /** Acts that the recording has, but says of that it may be wrong about who did them, and is. */
  guesses: number;
  /** One line for each act or exec that the recording lacks, or tells otherwise. */
  faults: string[];
}

/** Holds a recording against a witness: everything that the witness saw must be in it, by the same process and command. */
export function compare(seen: Testimony, recorded: Recorded): Verdict {
  const acts = compareActs(seen, recorded);
  return {
    acts: seen.acts.length,
    execs: seen.execs.length,
    guesses: acts.guesses,
    faults: [...acts.faults, ...missingExecs(seen.execs, recorded.execs)],
  };
}

function compareActs(seen: Testimony, recorded: Recorded): { guesses: number; faults: string[] } {
  const faults: string[] = [];
  let guesses = 0;
  const found = new Map<string, Act[]>();
  for (const act of recorded.acts) {
    const key = actKey(act.kind, act.path, act.to);
    const same = found.get(key);
    if (same === undefined) found.set(key, [act]);
    else same.push(act);
  }
  const checked = new Set<string>();
  const history = new PathHistory(seen.acts);
  for (const [at, act] of seen.acts.entries()) {
    const whole = `${actKey(act.kind, act.path, act.to)}\0${actorKey(act.actor)}\0${act.command?.argv}`;
    if (checked.has(whole)) continue; // the kernel merges what one process does to a file twice
    checked.add(whole);
    const told = (path: string) => found.get(actKey(act.kind, path, act.to)) ?? [];
    const isRight = (candidate: Act) => accounts(candidate, act, seen.parents);
    if (told(act.path).some(isRight)) continue;
    const candidates = [act.path, ...otherPaths(history, at, act)].flatMap(told);
    if (candidates.some(isRight)) continue;
    const what = `${act.kind} ${shown(act.path)}${act.to === "" ? "" : ` -> ${shown(act.to)}`}`;
    if (candidates.length === 0) faults.push(`missing: ${what} by ${by(act)}`);
    else if (candidates.some(({ isGuess }) => isGuess)) guesses++;
    else {
      const own = candidates.filter(({ actor }) => actorKey(actor) === actorKey(act.actor));
      const others = (own.length > 0 ? own : candidates).slice(0, 3).map(by).join(", ");
      faults.push(`other writer: ${what} by ${by(act)}, recorded: ${others}`);
    }
  }
  return { guesses, faults };
}

function otherPaths(history: PathHistory, at: number, { kind, path }: Act): string[] {
  if (kind === "rename") return [];
  return [...history.before(at, path), ...(kind === "write" ? history.after(at, path) : [])];
}

/** A file is written when the last process that has it open closes it: that may be a descendant of who opened it. */
function accounts(candidate: Act, act: Act, parents: Map<string, string>): boolean {
  if (actorKey(candidate.actor) === actorKey(act.actor)) {
    if (act.kind === "write" || act.command === undefined) return true;
    return candidate.command !== undefined && sameCommand(act.command, candidate.command);
  }
  if (act.kind !== "write") return false;
  for (let key: string | undefined = actorKey(candidate.actor); key !== undefined; key = parents.get(key)) {
    if (key === actorKey(act.actor)) return true;
  }
  return false;
}

function* missingExecs(seen: Exec[], recorded: Exec[]): Generator<string> {
  const byActor = Map.groupBy(recorded, ({ actor }) => actorKey(actor));
  for (const [key, wanted] of Map.groupBy(seen, ({ actor }) => actorKey(actor))) {
    const got = byActor.get(key) ?? [];
    for (const [i, { command }] of wanted.entries()) {
      const other = got[i]?.command;
      if (other !== undefined && sameCommand(command, other)) continue;
      const instead = other === undefined ? "not recorded" : `recorded: ${shown(other.argv).slice(0, 200)}`;
      yield `exec: ${key} ${shown(command.filename)} ${shown(command.argv).slice(0, 200)}: ${instead}`;
    }
  }
}

/** The kernel gives a script's arguments as those of its interpreter: interpreter, its option, the script, the rest. */
function sameCommand(seen: Command, recorded: Command): boolean {
  if (seen.filename !== recorded.filename && seen.filename !== "") return false;
  if (seen.argv === recorded.argv) return true;
  const rest = seen.argv.includes("\0") ? seen.argv.slice(seen.argv.indexOf("\0")) : "";
  return recorded.argv.endsWith(`\0${seen.filename}${rest}`);
}

function by({ actor, command }: Act): string {
  return `${actor.pid}${actor.incarnation > 0 ? `.${actor.incarnation}` : ""} (${shown(command?.argv.replaceAll("\0", " ") ?? "?").slice(0, 60)})`;
}
