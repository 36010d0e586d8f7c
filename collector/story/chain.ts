import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";
import { type Command, commandOf, type Process, parentOf } from "../model/process.ts";
import { liveBuildScript } from "./stage.ts";

/** A process tree is never deeper; a damaged recording could have a cycle. */
const deepest = 1000;

/**
 * The writer chain: the commands from the one that a process ran in an epoch up to the one that Isotrace
 * started. A process that only forked runs its parent's command, which appears once.
 */
export function chainOf(build: Build, process: number, epoch: number): Command[] {
  const chain: Command[] = [];
  const first = build.processes.all[process];
  let at: Process | undefined = first;
  let wanted = epoch;
  for (let depth = 0; at !== undefined && depth < deepest; depth++) {
    if (at.outside && first?.outside === false) break;
    const command = commandOf(at, wanted);
    if (command !== undefined && chain.at(-1) !== command) chain.push(command);
    if (isStarted(build, at)) return chain;
    ({ parent: at, epoch: wanted } = parentOf(at));
  }
  return withoutSession(chain);
}

/** Whether a process is the command that Isotrace started: an interpreter may stand before it, and it may have called exec. */
function isStarted(build: Build, process: Process): boolean {
  const wanted = build.segments[0]?.command.map(byteString) ?? [];
  if (wanted.length === 0) return false;
  const name = wanted[0]!.slice(wanted[0]!.lastIndexOf("/") + 1);
  return process.commands.some((command) => {
    if (command === undefined || command.argv.length < wanted.length) return false;
    const tail = command.argv.slice(command.argv.length - wanted.length);
    return tail[0]!.endsWith(name) && tail.every((word, i) => i === 0 || word === wanted[i]);
  });
}

/** Where the build was started by something else, it begins at live-build's own command. */
function withoutSession(chain: Command[]): Command[] {
  const top = chain.findLastIndex((command) => liveBuildScript(command) !== undefined);
  return top < 0 ? chain : chain.slice(0, top + 1);
}
