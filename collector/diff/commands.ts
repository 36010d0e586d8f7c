import { byteOrder } from "../manifest/build-manifest.ts";
import { Identities } from "./side/identity.ts";
import type { State } from "./side/state.ts";

/** A command that ran in one of the two builds only. */
export interface LoneCommand {
  readonly build: "A" | "B";
  readonly command: string;
  /** Paths that differ, or are in one build only, and that it wrote; in byte order. */
  readonly paths: readonly string[];
}

/** Commands that wrote none of the paths that differ, and are told of all the same. */
const mostIdle = 20;

export interface LoneCommands {
  /** Those that wrote what differs first, then in byte order. */
  readonly told: readonly LoneCommand[];
  readonly untold: number;
}

/** @param written by the arguments of a command, the differing paths that it wrote in that build */
export function loneCommands(a: State, b: State, written: { a: Written; b: Written }): LoneCommands {
  const [ofA, ofB] = [new Commands(a), new Commands(b)];
  const lone = [...loneOf("A", ofA, ofB, written.a), ...loneOf("B", ofB, ofA, written.b)];
  const order = (one: LoneCommand, other: LoneCommand) =>
    byteOrder(one.command, other.command) || byteOrder(one.build, other.build);
  const writing = lone.filter(({ paths }) => paths.length > 0).sort(order);
  const idle = lone.filter(({ paths }) => paths.length === 0).sort(order);
  return { told: [...writing, ...idle.slice(0, mostIdle)], untold: Math.max(idle.length - mostIdle, 0) };
}

export type Written = ReadonlyMap<string, readonly string[]>;

/** The commands of a build. Most are the same to the letter in both builds: only the others are worth normalising. */
class Commands {
  readonly #raw: ReadonlySet<string>;
  readonly #identities: Identities;
  readonly #byShape = new Map<string, string[]>();
  readonly #known = new Map<string, Set<string>>();

  constructor({ commands, facts }: State) {
    this.#raw = commands;
    this.#identities = new Identities(facts);
    for (const command of commands) push(this.#byShape, shapeOf(command), command);
  }

  /** By what a command is in every build, its arguments: of those that `other` does not have to the letter. */
  without(other: Commands): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const command of this.#raw) {
      if (!other.#raw.has(command)) push(found, this.#identities.of(command.split("\0")), command);
    }
    return found;
  }

  /** Whether a command of an identity ran. @param example one that ran in the other build */
  has(identity: string, example: string): boolean {
    const shape = shapeOf(example);
    let known = this.#known.get(shape);
    if (known === undefined) {
      const same = this.#byShape.get(shape) ?? [];
      known = new Set(same.map((command) => this.#identities.of(command.split("\0"))));
      this.#known.set(shape, known);
    }
    return known.has(identity);
  }
}

function* loneOf(build: "A" | "B", own: Commands, other: Commands, written: Written): Generator<LoneCommand> {
  for (const [command, all] of own.without(other)) {
    if (other.has(command, all[0]!)) continue;
    const paths = [...new Set(all.flatMap((each) => written.get(each) ?? []))].sort(byteOrder);
    yield { build, command, paths };
  }
}

/** Commands that are told apart by their beginning, because they are long. */
const long = 300;

/** What equal commands share whatever build they ran in, at no cost: what was called, and how many arguments it had. */
function shapeOf(command: string): string {
  const end = command.indexOf("\0");
  if (end < 0) return command;
  const program = command.slice(0, end);
  if (command.length > long) return `${program}\0long`;
  let words = 1;
  for (let at = end; at >= 0; at = command.indexOf("\0", at + 1)) words++;
  return `${program}\0${words}`;
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
