import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";
import { type Command, commandOf, type Process, parentOf } from "../model/process.ts";
import { basename } from "./names.ts";
import { liveBuildScript } from "./stage.ts";

/** A process tree is never deeper; a damaged recording could have a cycle. */
const deepest = 1000;

/**
 * The writer chain: the commands from the one that a process ran in an epoch up to the one that Isotrace
 * started. A process that only forked runs its parent's command, which appears once.
 */
export function chainOf(build: Build, process: number, epoch: number): Command[] {
  const chain: Command[] = [];
  let length = 0;
  const first = build.processes.all[process];
  let at: Process | undefined = first;
  let wanted = epoch;
  for (let depth = 0; at !== undefined && depth < deepest; depth++) {
    if (at.outside && first?.outside === false) break;
    const command = commandOf(at, wanted);
    if (command !== undefined && chain.at(-1) !== command) chain.push(command);
    // The topmost such command: a build can start itself again (make, lb).
    if (isStarted(build, at)) length = chain.length;
    ({ parent: at, epoch: wanted } = parentOf(at));
  }
  return length > 0 ? chain.slice(0, length) : withoutSession(chain);
}

/** An interpreter and one argument may stand before a script (execve(2)); before what Isotrace itself was given, more. */
const mostBefore = 2;

/** By process, how many commands of it were looked at, and what came of it: each is in the chains of all below it. */
const started = new WeakMap<Process, { readonly commands: number; readonly is: boolean }>();

/** Whether a process is the command that Isotrace started; it may have called exec since. */
function isStarted(build: Build, process: Process): boolean {
  const known = started.get(process);
  const commands = process.commands.length;
  if (known?.commands === commands) return known.is;
  const is = runsWhatWasGiven(build, process);
  started.set(process, { commands, is });
  return is;
}

function runsWhatWasGiven(build: Build, process: Process): boolean {
  const wanted = build.segments[0]?.command.map(byteString) ?? [];
  if (wanted.length === 0) return false;
  const name = basename(wanted[0]!);
  return process.commands.some((command) => {
    const argv = command?.argv ?? [];
    const before = argv.length - wanted.length;
    if (before < 0 || before > mostBefore || basename(argv[before]!) !== name) return false;
    return wanted.every((word, i) => i === 0 || word === argv[before + i]);
  });
}

/** Where the build was started by something else, it begins at live-build's own command. */
function withoutSession(chain: Command[]): Command[] {
  const top = chain.findLastIndex((command) => liveBuildScript(command) !== undefined);
  return top < 0 ? chain : chain.slice(0, top + 1);
}
