import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { statFields } from "../../../agent/process-stat.ts";
import { readRecording } from "../../../proto/recording.ts";
import { isotrace, workspace } from "../../e2e/lib/paths.ts";
import { watchRecorder } from "../../e2e/lib/recorder-usage.ts";
import type { Subject } from "./subjects.ts";

/** "no needs" is Isotrace without the system-call tracepoint. */
export const observers = ["bare", "isotrace", "no needs", "strace"] as const;
export type Observer = (typeof observers)[number];

/** Times in seconds, sizes in bytes. */
export interface Sample {
  observer: Observer;
  round: number;
  /** Of the build itself. */
  wall: number;
  /** With what the observer does before and after it: Isotrace writes its reports. */
  whole: number;
  /** User and system, of the build and its observer together. */
  cpu: number;
  /** Of the build's processes alone: what they lose to hooks in the kernel, whatever else the machine does. */
  own: number;
  recorder: { cpu: number; memory: number; events: number; size: number } | undefined;
}

/** The build itself is timed from inside, by lines that are the same for every observer. */
const timed = 'date +%s.%N >"$0"; "$@"; status=$?; date +%s.%N >>"$0"; times >>"$0"; exit $status';

export async function measureRound(subject: Subject, observer: Observer, round: number): Promise<Sample> {
  await using ground = await subject.prepare();
  const [times, log, out] = ["times", "strace.log", "out"].map((name) => join(workspace, "overhead", name));
  rmSync(out!, { recursive: true, force: true });
  await execa("sync");
  const build = ["sh", "-c", timed, times!, ...subject.command];
  const [file, ...args] = [...observing(observer, log!, out!), ...build];
  const [start, cpu] = [performance.now(), childrenCpu()];
  const run = execa(file!, args, {
    cwd: ground.directory,
    env: subject.env,
    extendEnv: false,
    stdin: "ignore",
    buffer: false,
    stdout: "ignore",
    stderr: "ignore",
  });
  const watch = watchRecorder(run.pid!);
  await run;
  const usage = watch.stop();
  const whole = (performance.now() - start) / 1000;
  const recorder = isIsotrace(observer) ? { ...usage, ...describe(out!) } : undefined;
  const sample = { observer, round, ...timesOf(times!), whole, cpu: childrenCpu() - cpu, recorder };
  for (const each of [times!, log!, out!]) rmSync(each, { recursive: true, force: true });
  return sample;
}

function observing(observer: Observer, log: string, out: string): string[] {
  switch (observer) {
    case "bare":
      return [];
    case "isotrace":
      return [isotrace, "run", "--out", out, "--"];
    case "no needs":
      return [isotrace, "run", "--no-needs", "--out", out, "--"];
    case "strace":
      return ["strace", "-f", "--seccomp-bpf", "-o", log, "-e", "trace=%process,%file", "--"];
    default:
      return observer satisfies never;
  }
}

/** Two lines of `date`, then sh's own times and those of its children, as `0m1.23s 0m4.56s`. */
function timesOf(file: string): { wall: number; own: number } {
  const [from, to, , children] = readFileSync(file, "latin1").trim().split("\n");
  const [user, system] = children!.split(" ").map((each) => {
    const [minutes, seconds] = each.split("m");
    return Number(minutes) * 60 + Number.parseFloat(seconds!);
  });
  return { wall: Number(to) - Number(from), own: user! + system! };
}

export function isIsotrace(observer: Observer): boolean {
  return observer === "isotrace" || observer === "no needs";
}

/** CPU time of all children that were waited for, and theirs: fields 16 and 17 of /proc/self/stat, ticks of 10 ms. */
function childrenCpu(): number {
  const [user, system] = statFields(readFileSync("/proc/self/stat", "latin1")).slice(13, 15);
  return (Number(user) + Number(system)) / 100;
}

/** How many events the kernel gave, by the recording's end, and the size of the file. */
function describe(out: string): { events: number; size: number } {
  const recording = join(out, "recording.isotrace");
  let events = 0;
  for (const item of readRecording(recording)) {
    if (item.kind === "damage") throw new Error(`${recording}: damaged: ${item.because}`);
    for (const event of item.events) {
      if (event.kind === "loss") throw new Error(`${recording}: lost ${event.count} ${event.what}`);
      if (event.kind !== "end") continue;
      for (const { what, count } of event.counts)
        if (what === "fileEvents" || what === "processEvents") events += count;
    }
  }
  return { events, size: statSync(recording).size };
}
