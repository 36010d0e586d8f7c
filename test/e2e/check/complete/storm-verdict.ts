import { type FileEvent, operation } from "../../../../proto/events.ts";
import { readRecording } from "../../../../proto/recording.ts";

export interface StormVerdict {
  files: number;
  fileEvents: number;
  processes: number;
  /** Pids that more than one process had. */
  reusedPids: number;
  /** Files of which something that happened to them is not recorded. */
  incomplete: number;
  /** Events whose writer is another process than the name tells. */
  wrongWriter: number;
  /** The same, of events that the recording itself says to be uncertain: two processes had the pid between two readings. */
  wrongGuess: number;
  noWriter: number;
  lost: number;
  /** Damage, a second segment, or no end. */
  broken: string[];
}

const seen = { create: 1, write: 2, rename: 4, delete: 8 };
const everything = 15;

/** Holds the recording of a storm against the names: each tells its maker and who renamed and removed it. */
export function verifyStorm(recording: string, files: number): StormVerdict {
  const verdict: StormVerdict = {
    files,
    fileEvents: 0,
    processes: 0,
    reusedPids: 0,
    incomplete: 0,
    wrongWriter: 0,
    wrongGuess: 0,
    noWriter: 0,
    lost: 0,
    broken: [],
  };
  const marks = new Uint8Array(files);
  const identities = new Map<number, string>();
  const pids = new Map<number, number>();
  let segments = 0;
  let ended = false;
  for (const item of readRecording(recording)) {
    if (item.kind === "damage") {
      verdict.broken.push(item.because);
      continue;
    }
    for (const event of item.events) {
      if (event.kind === "segment") segments++;
      else if (event.kind === "end") ended = true;
      else if (event.kind === "loss") verdict.lost += event.count;
      else if (event.kind === "process") {
        // Nanoseconds; the names hold ticks of 10 ms, as /proc has them.
        identities.set(event.id, `${event.pid}.${Math.floor(event.start / 1e7)}`);
        pids.set(event.pid, (pids.get(event.pid) ?? 0) + 1);
      } else if (event.kind === "file") mark(event, identities, marks, verdict);
    }
  }
  verdict.processes = identities.size;
  verdict.reusedPids = [...pids.values()].filter((count) => count > 1).length;
  verdict.incomplete = marks.reduce((count, bits) => count + (bits === everything ? 0 : 1), 0);
  if (segments !== 1) verdict.broken.push(`${segments} segments`);
  if (!ended) verdict.broken.push("no end");
  return verdict;
}

function mark(
  event: FileEvent,
  identities: Map<number, string>,
  marks: Uint8Array,
  verdict: StormVerdict,
): void {
  const { operations } = event;
  if ((operations & operation.directory) !== 0) return; // one for each of the workers
  const name = (operations & operation.rename) !== 0 ? event.newName : event.name;
  const match = /^(\d+)\.(\d+\.\d+)(?:~(\d+\.\d+))?$/.exec(name);
  if (match === null) return;
  verdict.fileEvents++;
  const [, index, maker, taker] = match;
  if (event.process === 0) verdict.noWriter++;
  else if (identities.get(event.process) !== (taker ?? maker)) {
    if ((operations & operation.uncertain) !== 0) verdict.wrongGuess++;
    else verdict.wrongWriter++;
  }
  let bits = 0;
  if ((operations & operation.create) !== 0) bits |= seen.create;
  if ((operations & operation.write) !== 0) bits |= seen.write;
  if ((operations & operation.rename) !== 0) bits |= seen.rename;
  if ((operations & operation.delete) !== 0) bits |= seen.delete;
  marks[Number(index)]! |= bits;
}
