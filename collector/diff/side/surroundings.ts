import type { Need } from "../../../proto/events.ts";
import type { Build } from "../../model/build.ts";
import { familyOf } from "../../nondeterminism/family.ts";
import { downloadsOf } from "../../nondeterminism/network/downloads.ts";
import type { Stories } from "../../story/story.ts";
import type { Writer } from "../../story/writers.ts";
import type { Connected, Evidence } from "./evidence.ts";

type Around = Pick<Evidence, "needs" | "pids" | "connections">;

/** What went on around the writers of files: what a shell puts into a file is mostly what a child of it has said. */
export class Surroundings {
  readonly #build: Build;
  /** Processes that brought something from elsewhere. */
  readonly #connected: ReadonlySet<number>;
  readonly #known = new Map<string, Around>();

  constructor(build: Build, stories: Stories) {
    this.#build = build;
    this.#connected = new Set(downloadsOf(build, stories).map(({ process }) => process));
  }

  of(writers: readonly Writer[]): Around {
    const [newest] = writers;
    if (newest === undefined || newest.process === 0) return nothing;
    // One writer of many files is asked for once, as long as it wrote them at about one time.
    const key = [newest.process, newest.epoch, Math.floor(newest.time / 1e6), writers.length].join(":");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#around(writers);
    this.#known.set(key, made);
    return made;
  }

  #around(writers: readonly Writer[]): Around {
    const family = familyOf(this.#build, writers);
    const pids = new Set<number>();
    for (const { pid, parent } of family) {
      pids.add(pid);
      const above = this.#build.processes.all[parent];
      if (above !== undefined) pids.add(above.pid);
    }
    return {
      needs: sumOf(family.flatMap(({ needs }) => needs)),
      pids,
      connections: this.#connections(writers, new Set(family.map(({ process }) => process))),
    };
  }

  #connections(writers: readonly Writer[], family: ReadonlySet<number>): Connected {
    const isDownload = ({ process, story }: Writer) =>
      this.#connected.has(process) ||
      story.chain.slice(0, 4).some((command) => this.#connected.has(command.process));
    if (writers.slice(0, 1).some(isDownload)) return "by the writer";
    return [...family].some((process) => this.#connected.has(process)) ? "beside the writer" : "none";
  }
}

const nothing: Around = { needs: [], pids: new Set(), connections: "none" };

function sumOf(needs: readonly Need[]): Need[] {
  const sums = new Map<string, Need>();
  for (const { what, count, bytes, flags } of needs) {
    const sum = sums.get(what) ?? { what, count: 0, bytes: 0, flags: 0 };
    sums.set(what, { what, count: sum.count + count, bytes: sum.bytes + bytes, flags: sum.flags | flags });
  }
  return [...sums.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
}
