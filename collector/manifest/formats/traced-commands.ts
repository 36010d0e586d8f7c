import type { Build } from "../../model/build.ts";
import { type JsonText, jsonText } from "../../model/bytes.ts";
import type { Command, ProcessTable } from "../../model/process.ts";
import type { Stories } from "../../story/story.ts";

/** Six times those of a realistic build. */
const mostCommands = 100_000;
const mostArgumentBytes = 4096;

/** An entry of `monitorLog.process`. */
export interface TracedCommand {
  readonly eventType: "exec";
  readonly processBinary: JsonText;
  readonly arguments: readonly JsonText[];
  /** The arguments are not all of them. */
  readonly cut?: true;
  readonly stage: string | null;
  readonly script: string | null;
  /** It is not below the build's command: it wrote something all the same. */
  readonly outside?: true;
  count: number;
}

/** The commands of a build, equal ones summed up; of those outside it, what is asked for. */
export class TracedCommands {
  readonly list: TracedCommand[] = [];
  omitted = 0;
  readonly #stories: Stories;
  readonly #processes: ProcessTable;
  readonly #indexes = new Map<string, number>();

  constructor(build: Build, stories: Stories) {
    this.#stories = stories;
    this.#processes = build.processes;
    const all = build.processes.all
      // What the build was started from tells of its user, not of the build.
      .flatMap((process) => (process === undefined || process.outside ? [] : process.commands))
      .filter((command) => command !== undefined)
      .sort((a, b) => a.time - b.time || a.process - b.process || a.epoch - b.epoch);
    for (const command of all) this.#add(command);
  }

  /** The place in the list of what a process ran in an epoch; undefined if that is not known, or was left out. */
  indexOf(process: number, epoch: number): number | undefined {
    const [command] = this.#stories.of(process, epoch).chain;
    if (command === undefined) return undefined;
    const key = this.#keyOf(command);
    if (!this.#indexes.has(key) && this.#processes.all[command.process]?.outside) this.#add(command);
    return this.#indexes.get(key);
  }

  #add(command: Command): void {
    const key = this.#keyOf(command);
    const known = this.#indexes.get(key);
    if (known !== undefined) {
      this.list[known]!.count++;
      return;
    }
    if (this.list.length >= mostCommands) {
      this.omitted++;
      return;
    }
    this.#indexes.set(key, this.list.length);
    const { stage, script } = this.#stories.of(command.process, command.epoch);
    const words = bounded(command.argv.slice(1));
    this.list.push({
      eventType: "exec",
      processBinary: jsonText(command.executable),
      arguments: words.map(jsonText),
      ...(words.length < command.argv.length - 1 ? { cut: true } : {}),
      stage,
      script,
      ...(this.#processes.all[command.process]?.outside ? { outside: true } : {}),
      count: 1,
    });
  }

  #keyOf({ process, epoch, executable, argv }: Command): string {
    return [this.#stories.of(process, epoch).script, executable, ...argv].join("\0");
  }
}

function bounded(argv: readonly string[]): readonly string[] {
  let bytes = 0;
  const end = argv.findIndex((word) => {
    bytes += word.length + 1;
    return bytes > mostArgumentBytes;
  });
  return end < 0 ? argv : argv.slice(0, end);
}
