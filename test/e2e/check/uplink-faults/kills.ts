import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freshBuild, removeBuild } from "../../lib/live-build.ts";
import { findMirror } from "../../lib/mirror.ts";
import { randomFrom } from "../snapshot-faults/random.ts";
import { Build } from "./build.ts";
import { CollectorProcess } from "./collector.ts";
import type { Fault } from "./fault.ts";
import { expectSame, must } from "./same.ts";

export type BuildKind = "debootstrap" | "lb";

const times = 20;
/** How long a collector lives at most before it is killed, so that all are within the build. Milliseconds. */
const longestLife: Record<BuildKind, number> = { debootstrap: 1_200, lb: 12_000 };
/** How long there is none then, at most. Milliseconds. */
const longestAbsence = 800;

const mark = "build-has-ended";

/** The collector is killed again and again at random moments of a real build. @param seed decides on them. */
export function killsFault(kind: BuildKind, seed: number): Fault {
  return {
    name: "kills",
    async run(home) {
      const random = randomFrom(seed);
      await using collector = await CollectorProcess.start({ data: join(home, "data") });
      const build = await startBuild(kind, home, collector.url);
      const ended = build.ended();
      let kills = 0;
      while (kills < times && !isDone(build)) {
        await Promise.race([ended, wait(random() * longestLife[kind])]);
        await collector.kill();
        // What Isotrace itself does after the build does not count.
        if (!isDone(build)) kills++;
        await wait(random() * longestAbsence);
        await collector.start();
      }
      const status = await ended;
      must(status === 0, `the build must end with 0, but: ${status}: ${build.output.slice(-2000)}`);
      must(kills === times, `the collector must be killed ${times} times within the build, but was ${kills}`);
      const { bytes, events } = expectSame(build.out, collector.data, { status });
      await removeBuild(build.directory);
      const seconds = (performance.now() - build.begun) / 1000;
      return `${kind}: killed ${kills} times in ${seconds.toFixed(0)} s; ${events} events in ${bytes} bytes`;
    },
  };
}

async function startBuild(kind: BuildKind, home: string, collector: string): Promise<Build> {
  const mirror = await findMirror();
  const directory = join(home, "build");
  switch (kind) {
    case "debootstrap":
      mkdirSync(directory, { recursive: true });
      return Build.start(home, {
        command: marked("debootstrap", "--variant=minbase", "bookworm", "chroot", mirror),
        collector,
      });
    case "lb":
      await freshBuild("minimal", directory);
      return Build.start(home, {
        command: marked("lb", "build"),
        env: { MIRROR: mirror },
        collector,
      });
    default:
      return kind satisfies never;
  }
}

/** The command, which leaves a file when it has ended. */
function marked(...command: string[]): string[] {
  return ["sh", "-c", `"$@"; status=$?; : >${mark}; exit $status`, "sh", ...command];
}

function isDone({ directory }: Build): boolean {
  return existsSync(join(directory, mark));
}
