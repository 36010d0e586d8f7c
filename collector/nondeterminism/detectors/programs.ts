import { argumentsOf, programOf } from "../../story/names.ts";
import type { Relative } from "../family.ts";
import type { Subject } from "../subject.ts";

/** A program that took part in a file, and its arguments. Byte strings. */
export interface Program {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly role: Relative["role"];
}

/** Arguments of one command that are looked at. */
const mostArguments = 1000;

/** The programs that took part in a file, the writer first. */
export function programsOf({ family }: Subject): Program[] {
  return family.flatMap(({ command, role }) =>
    command === undefined
      ? []
      : [{ name: programOf(command), arguments: argumentsOf(command).slice(0, mostArguments), role }],
  );
}

/** Those that took part in what was written there and then: not what the shell had run before. */
export function directPrograms(subject: Subject): Program[] {
  return programsOf(subject).filter(({ role }) => role !== "before");
}
