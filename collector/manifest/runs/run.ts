import type { Build, PackageRecord } from "../../model/build.ts";
import type { Command } from "../../model/process.ts";
import { argumentsOf, programOf } from "../../story/names.ts";
import { runCommandOf } from "../../story/run.ts";
import type { Stories, Story } from "../../story/story.ts";

/** A program that brought packages in, and what it brought. */
export interface Run {
  readonly command: Command;
  readonly program: string;
  /** What follows the program's name. */
  readonly words: readonly string[];
  /** `lb chroot_install-packages` */
  readonly script: string | null;
  /** What was downloaded, unpacked or listed for it, in the recording's order. */
  readonly records: PackageRecord[];
}

const bringing: ReadonlySet<string> = new Set(["bootstrap", "download", "install", "upgrade", "source"]);

/** Which run brought what. */
export class Runs {
  readonly #byRecord = new Map<PackageRecord, Run>();
  readonly #byCommand = new Map<Command, Run>();

  constructor(build: Build, stories: Stories) {
    for (const record of build.packages) {
      if (!bringing.has(record.event.action)) continue;
      const story = stories.of(record.process, record.event.epoch);
      const command = runCommandOf(story.chain) ?? dpkgOf(story);
      if (command === undefined) continue;
      let run = this.#byCommand.get(command);
      if (run === undefined) {
        run = runOf(command, story);
        this.#byCommand.set(command, run);
      }
      run.records.push(record);
      this.#byRecord.set(record, run);
    }
  }

  /** undefined: it was there, or nobody knows what brought it. */
  of(record: PackageRecord): Run | undefined {
    return this.#byRecord.get(record);
  }
}

/**
 * When the last of what a run brought was recorded (microseconds of CLOCK_BOOTTIME). A system is looked at a little
 * after something happened in it: a file that apt went by may be told later than the first package.
 */
export function endOf({ records }: Run): number {
  return records.at(-1)?.event.time ?? 0;
}

function runOf(command: Command, { script }: Story): Run {
  return { command, program: programOf(command), words: argumentsOf(command), script, records: [] };
}

/** dpkg that nothing above it called for packages: somebody gave it a file. */
function dpkgOf({ chain }: Story): Command | undefined {
  return chain.findLast((command) => programOf(command) === "dpkg");
}
