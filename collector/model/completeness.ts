import type { LossEvent } from "../../proto/events.ts";
import type { Build } from "./build.ts";
import { byteString, shown } from "./bytes.ts";

export interface Causes {
  readonly complete: boolean;
  /** One line each: what is lacking, how much of it, and what that means. */
  readonly causes: string[];
}

/** What is lacking in a recording. */
export class Damages {
  /** Entries of an image that the recording does not begin. */
  strayEntries = 0;
  /** The recording was not read to its end. */
  isTooLarge = false;
  readonly #losses = new Map<string, { what: string; detail: string; count: number }>();
  readonly #damages: string[] = [];
  #damageCount = 0;
  #missingBlocks = 0;
  #nextBlock = 0;

  addLoss({ what, detail, count }: LossEvent): void {
    const key = this.#losses.size < mostLines ? `${what}\0${detail}` : "";
    const known = this.#losses.get(key);
    if (known !== undefined) known.count += count;
    else this.#losses.set(key, key === "" ? { what: "other", detail: "", count } : { what, detail, count });
  }

  addDamage(offset: number, length: number, because: string): void {
    this.#damageCount++;
    if (this.#damages.length >= mostLines) return;
    this.#damages.push(
      `damage: ${length} bytes at offset ${offset} of the recording cannot be read (${shown(because)}): what they held is missing`,
    );
  }

  addBlock(sequence: number): void {
    this.#missingBlocks += Math.max(sequence - this.#nextBlock, 0);
    this.#nextBlock = sequence + 1;
  }

  /** The counted losses of the recorder, in byte order. */
  losses(): { what: string; detail: string; count: number }[] {
    return [...this.#losses.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, loss]) => loss);
  }

  causes(build: Build): Causes {
    const causes = [
      ...coverage(build),
      ...gaps(build),
      ...this.losses().map(
        ({ what, detail, count }) =>
          `loss: ${count} of kind "${shown(what)}"${detail === "" ? "" : ` (${shown(detail)})`}`,
      ),
      ...this.#damages,
      ...this.#rest(),
      ...images(build),
      ...strays(build),
      ...elsewhere(build),
      ...ending(build),
    ];
    return { complete: causes.length === 0, causes };
  }

  #rest(): string[] {
    const causes: string[] = [];
    const unnamed = this.#damageCount - this.#damages.length;
    if (unnamed > 0) causes.push(`damage: ${unnamed} more parts of the recording cannot be read`);
    if (this.#missingBlocks > 0) {
      causes.push(
        `damage: ${this.#missingBlocks} blocks of the recording are missing, with the events they held`,
      );
    }
    if (this.isTooLarge) {
      causes.push("the recording is too large for one report: its rest was not read, and is missing here");
    }
    if (this.strayEntries > 0) {
      causes.push(`damage: ${this.strayEntries} image entries belong to no image of the recording`);
    }
    return causes;
  }
}

const mostLines = 20;

function coverage(build: Build): string[] {
  const lines = build.segments.flatMap((segment) =>
    segment.coverage
      .filter(({ state }) => state !== "full")
      .map(
        ({ probe, state, because }) =>
          `coverage: probe "${shown(probe)}" is ${shown(state)}${because === "" ? "" : `: ${shown(because)}`}`,
      ),
  );
  return [...new Set(lines)].slice(0, mostLines);
}

function gaps(build: Build): string[] {
  return build.segments.slice(1).map((segment) => {
    const from = seconds(build, segment.gapFrom || build.begin);
    const until = seconds(build, segment.time);
    const because = segment.gap === "" ? "the recorder ended" : shown(segment.gap);
    return `gap: nothing was recorded from second ${from} to ${until} of the build (${because}): what happened then has no writer`;
  });
}

function images(build: Build): string[] {
  const causes: string[] = [];
  for (const image of build.images) {
    const name = `image "${shown(image.path)}" (${image.of})`;
    const found = image.entries.size;
    if (image.state === "failed") causes.push(`${name}: it could not be read: ${shown(image.because)}`);
    else if (image.state === "begin" && image.of !== "file")
      causes.push(`${name}: reading it did not end: ${found} entries are known, others may be missing`);
    else if (image.announced !== found && image.of !== "file")
      causes.push(`${name}: ${found} of ${image.announced} entries are in the recording`);
  }
  return causes.slice(0, mostLines);
}

function strays(build: Build): string[] {
  const causes: string[] = [];
  const files = build.tree.strays;
  const execs = build.processes.strays;
  if (files > 0)
    causes.push(`damage: ${files} file events concern directories that the recording does not define`);
  if (execs > 0)
    causes.push(`damage: ${execs} commands belong to processes that the recording does not define`);
  return causes;
}

/** Options with which dpkg(1) changes what is installed. */
const changes = new Set(["-i", "--install", "--unpack", "-r", "--remove", "-P", "--purge"]);

/** Packages that were installed in a chroot outside of the build directory, where nothing but processes is recorded. */
function elsewhere(build: Build): string[] {
  const directory = byteString(build.segments.at(-1)?.directory ?? Buffer.alloc(0));
  const roots = new Set<string>();
  for (const process of build.processes.all) {
    for (const command of process?.commands ?? []) {
      const path = command?.root?.path ?? ""; // what has none is not known to be outside
      if (path === "" || `${path}/`.startsWith(`${directory}/`)) continue;
      if (!/(^|\/)dpkg$/.test(command!.filename) || !command!.argv.some((word) => changes.has(word)))
        continue;
      roots.add(path);
    }
  }
  return [...roots]
    .sort()
    .slice(0, mostLines)
    .map(
      (root) =>
        `outside: dpkg ran in "${shown(root)}", which is not below the build directory "${shown(directory)}": its packages and files are not recorded; let it be made there`,
    );
}

function ending(build: Build): string[] {
  if (build.segments.length === 0) return ["the recording has no beginning: it says nothing of a build"];
  if (build.end !== undefined) return [];
  return ["the recording was not closed: it ends before the build did, or the recorder was killed"];
}

function seconds(build: Build, time: number): string {
  return ((time - build.begin) / 1e6).toFixed(3);
}
