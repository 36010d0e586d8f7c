import type { ConfigurationEvent } from "../../../proto/events.ts";
import type { Budget } from "./budget.ts";
import type { ConfigurationChanges } from "./look.ts";

export type ConfigurationFacts = Omit<ConfigurationEvent, "kind" | "time" | "root">;

const nothing = new Uint8Array();

/** What was told of the configuration files of one system, or of the build directory. */
export class ToldConfiguration {
  readonly #budget: Budget;
  readonly #digests = new Map<string, string>();

  /** @param budget of all the contents that a recording holds: beyond it files are told of without content, and marked so. */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Digests of the files as they were told, by path. */
  get digests(): ReadonlyMap<string, string> {
    return this.#digests;
  }

  /** @returns what is to be told of what a look found. */
  take({ changed, removed }: ConfigurationChanges): ConfigurationFacts[] {
    for (const { path, digest } of changed) this.#digests.set(path, digest);
    for (const path of removed) this.#digests.delete(path);
    return [
      ...removed.map((path) => ({ path: bytes(path), content: nothing, removed: true, cut: false })),
      ...changed.map(({ path, content, cut }) => {
        const fits = this.#budget.spend(content.length);
        return { path: bytes(path), content: fits ? content : nothing, removed: false, cut: cut || !fits };
      }),
    ];
  }
}

function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}
