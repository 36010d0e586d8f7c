import { join } from "node:path";
import { parseArgs } from "node:util";
import { workspace } from "../lib/paths.ts";
import { type VolumeKind, volumeKinds } from "../lib/volume.ts";
import type { Verdict } from "./complete/compare.ts";
import { checkDebootstrap } from "./complete/debootstrap.ts";
import { checkForcedLoss } from "./complete/loss.ts";
import type { Recorded } from "./complete/recorded.ts";
import { checkScript } from "./complete/script.ts";
import { checkStorm } from "./complete/storm.ts";

const parts = [...volumeKinds, "debootstrap", "storm", "loss"] as const;
type Part = (typeof parts)[number];

const usage = `npm run check:complete [-- --only PART[,PART...]] [--files N]

Shows that nothing is missing from a recording, and that every writer is the right one.
PART is one of ${parts.join(", ")}; all of them without --only.
--files N: of the storm, 1000000 unless given.
`;

/** Holds recordings against what strace and the programs themselves say; exits 1 at any difference. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string" }, files: { type: "string", default: "1000000" } },
  });
  const chosen = values.only?.split(",") ?? parts;
  const unknown = chosen.find((part) => !(parts as readonly string[]).includes(part));
  if (unknown !== undefined || !/^\d+$/.test(values.files)) {
    process.stderr.write(unknown === undefined ? usage : `${unknown}: no such part\n${usage}`);
    return 2;
  }
  const failed: string[] = [];
  for (const part of chosen as Part[]) {
    process.stdout.write(`\n${part}\n`);
    if (!(await check(part, Number(values.files)))) failed.push(part);
  }
  process.stdout.write(failed.length === 0 ? "\nnothing is missing\n" : `\nFAILED: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
}

async function check(part: Part, files: number): Promise<boolean> {
  const home = join(workspace, "complete", part);
  switch (part) {
    case "debootstrap": {
      const { strace, recorded } = await checkDebootstrap(home);
      const sound = tell("strace", strace);
      return tellRecording(recorded) && sound;
    }
    case "storm":
      return storm(home, files);
    case "loss":
      return loss(home);
    default:
      return script(part, home);
  }
}

async function script(kind: VolumeKind, home: string): Promise<boolean> {
  const { strace, statement, recorded, notStanding } = await checkScript(kind, home);
  line("paths that stand in the end and are not recorded", notStanding.length);
  if (kind === "overlayfs-hidden") return onHidden(strace, recorded, notStanding);
  const byStrace = tell("strace", strace);
  const byStatement = tell("the script's own word", statement);
  return tellRecording(recorded) && byStrace && byStatement && notStanding.length === 0;
}

/** Directories get their marks one by one there: what came and went in one before is missed, and the report says partial. */
function onHidden({ acts, execs, faults }: Verdict, recorded: Recorded, notStanding: string[]): boolean {
  const missedExecs = faults.filter((fault) => fault.startsWith("exec:")).length;
  line("strace: changes of paths, execs", `${acts}, ${execs}`);
  line("strace: execs missing", missedExecs);
  line("strace: changes missed before a directory had its mark", faults.length - missedExecs);
  line("recording: changes said to be uncertain", recorded.uncertain);
  // A path too long to be opened by it is counted as lost.
  const missing = notStanding.filter((path) => !path.startsWith("/long/"));
  return missing.length === 0 && missedExecs === 0 && recorded.uncertain > 0;
}

async function storm(home: string, files: number): Promise<boolean> {
  const { usage, seconds, broken, ...counts } = await checkStorm(files, home);
  for (const [name, count] of Object.entries(counts)) line(name, count);
  line("recorder's CPU per event, µs", ((usage.cpu / counts.fileEvents) * 1e6).toFixed(1));
  line("recorder's peak memory, MB", (usage.memory / 1e6).toFixed(0));
  line("seconds", seconds.toFixed(0));
  for (const fault of broken) line("broken", fault);
  const { incomplete, wrongWriter, noWriter, lost } = counts;
  return incomplete + wrongWriter + noWriter + lost + broken.length === 0;
}

async function loss(home: string): Promise<boolean> {
  const { status, lost, saysIncomplete, summary } = await checkForcedLoss(home);
  line("exit status, the build's own and given", `${status.own}, ${status.given}`);
  line("events lost and counted", lost);
  line("summary says incomplete", saysIncomplete ? "yes" : `no:\n${summary}`);
  return status.own === status.given && lost > 0 && saysIncomplete;
}

function tell(witness: string, { acts, execs, guesses, faults }: Verdict): boolean {
  line(`${witness}: changes of paths`, acts);
  if (execs > 0) line(`${witness}: execs`, execs);
  line(`${witness}: missing or otherwise in the recording`, faults.length);
  if (guesses > 0) line(`${witness}: wrong, and said to be uncertain`, guesses);
  for (const fault of faults.slice(0, 20)) process.stdout.write(`    ${fault}\n`);
  return faults.length === 0;
}

/** @returns whether the recording is whole. */
function tellRecording(recorded: Recorded): boolean {
  const lost = recorded.losses.reduce((sum, { count }) => sum + count, 0);
  line("recording: file events", recorded.fileEvents);
  line(
    "recording: changes without writer, uncertain, lost",
    `${recorded.unknown}, ${recorded.uncertain}, ${lost}`,
  );
  for (const { what, count, detail } of recorded.losses) line("  lost", `${count} ${what}: ${detail}`);
  for (const because of recorded.damage) line("  damage", because);
  return recorded.damage.length === 0 && recorded.segments === 1 && recorded.ended && lost === 0;
}

function line(name: string, value: string | number): void {
  process.stdout.write(`  ${name.padEnd(52)} ${value}\n`);
}

process.exitCode = await main();
