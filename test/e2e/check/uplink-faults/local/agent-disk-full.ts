import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { readRecording } from "../../../../../proto/recording.ts";
import { isotrace } from "../../../lib/paths.ts";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { expectSame, must, type Same } from "../same.ts";
import { until } from "../until.ts";
import { SmallDisk } from "./small-disk.ts";

/** More than the recorder keeps in memory for a disk without room (24 MB), and nothing that compresses. */
const flood = [
  "sh",
  "-c",
  `sleep 3; head -c 60000000 /dev/urandom | base64 -w 1000; touch flooded; while [ ! -e room ]; do sleep 0.1; done
   for i in 1 2 3 4 5 6; do date >"f$i"; sleep 0.3; done; exit ${stormStatus}`,
];

/** The disk of `--out` is full: for some seconds, for longer than memory lasts, and at the end of the build. */
export const agentDiskFull: Fault = {
  name: "agent-disk-full",
  run: async (home) => {
    const short = await withDisk(join(home, "short"), storm(15), async (disk, build) => {
      await until("there is a recording", 20, () => sizeOf(build) > 10_000);
      disk.fill();
      await wait(4000);
      disk.makeRoom();
    });
    must(short.lost === 0, `what waits in memory must not be lost, but ${short.lost} events are`);
    const long = await withDisk(join(home, "long"), flood, async (disk, build) => {
      await until("there is a recording", 20, () => sizeOf(build) > 100);
      disk.fill();
      await until(
        "the flood is over",
        60,
        () => statSync(join(build.directory, "flooded"), absent) !== undefined,
      );
      await wait(2000);
      disk.makeRoom();
      await execa("touch", [join(build.directory, "room")]);
    });
    must(long.lost > 0, "what is more than memory takes must be counted as lost");
    must(long.hasLast, "what came when there was room again must be recorded");
    const atEnd = await withDisk(join(home, "end"), storm(6), async (disk, build) => {
      await until("there is a recording", 20, () => sizeOf(build) > 10_000);
      disk.fill();
      await build.ended();
    });
    must(atEnd.lost > 0, "what had no room in the end must be counted as lost");
    return `full for 4 s: nothing lost; longer: ${long.lost} events counted as lost; at the end: ${atEnd.lost}; ${short.same.bytes}, ${long.same.bytes} and ${atEnd.same.bytes} bytes identical`;
  },
};

const absent = { throwIfNoEntry: false } as const;

interface Recorded {
  readonly same: Same;
  /** Events that the recording says are lost. */
  readonly lost: number;
  /** The last file that the flood's build wrote is there. */
  readonly hasLast: boolean;
}

async function withDisk(
  home: string,
  command: readonly string[],
  during: (disk: SmallDisk, build: Build) => Promise<void>,
): Promise<Recorded> {
  const data = join(home, "data");
  await using collector = await CollectorProcess.start({ data });
  using disk = new SmallDisk(join(home, "out"), "80m");
  const build = Build.start(home, { command, collector: collector.url });
  await during(disk, build);
  must((await build.ended()) === stormStatus, `the status must be the build's own; ${shown(build)}`);
  const same = expectSame(build.out, data, { status: stormStatus, mayLose: true });
  disk.makeRoom();
  const found = { same, ...lossesOf(build) };
  await expectTold(build, found.lost);
  return found;
}

function lossesOf(build: Build): { lost: number; hasLast: boolean } {
  let lost = 0;
  let hasLast = false;
  for (const item of readRecording(recordingOf(build))) {
    if (item.kind === "damage") continue; // `expectSame` has looked
    for (const event of item.events) {
      if (event.kind === "file" && Buffer.from(event.name).toString() === "f6") hasLast = true;
      if (event.kind !== "loss") continue;
      must(event.detail === "the disk of the recording was full", `another loss: ${JSON.stringify(event)}`);
      lost += event.count;
    }
  }
  return { lost, hasLast };
}

/** The report is incomplete if and only if something is lost, and says of what. */
async function expectTold(build: Build, lost: number): Promise<void> {
  // Elsewhere: the build's output, which is one of the reports, is larger than the disk.
  const args = ["analyze", recordingOf(build), "--out", join(build.directory, "reports")];
  const { all } = await execa(isotrace, args, { all: true, reject: false });
  const isTold = all.includes("INCOMPLETE") && all.includes("the disk of the recording was full");
  must(isTold === lost > 0, `the report must say what is lost; it says: ${all.slice(0, 500)}`);
}

function sizeOf(build: Build): number {
  return statSync(recordingOf(build), absent)?.size ?? 0;
}

function recordingOf({ out }: Build): string {
  return join(out, "recording.isotrace");
}

/** Its own output can be megabytes of noise. */
function shown({ output }: Build): string {
  return output.slice(-1000);
}
