import type { ChangelogFacts, PackageFacts } from "../../inside/protocol.ts";
import { Budget } from "../configuration/budget.ts";
import { changelogKey } from "./changelog.ts";

/** Of all the changelogs in a recording. */
const mostBytes = 8 << 20;
const nothing = new Uint8Array();

/** The changelogs that were told of one build: a source package's is told once, whichever of its packages and systems had it. */
export class ChangelogBook {
  readonly #told = new Set<string>();
  readonly #budget = new Budget(mostBytes);

  isTold(facts: PackageFacts): boolean {
    return this.#told.has(changelogKey(facts));
  }

  /** @returns what is to be told: beyond the bound that there is one, cut to nothing; undefined if it was told already. */
  take(facts: PackageFacts, found: ChangelogFacts): ChangelogFacts | undefined {
    const key = changelogKey(facts);
    if (this.#told.has(key)) return undefined;
    this.#told.add(key);
    return this.#budget.spend(found.text.length) ? found : { ...found, text: nothing, cut: true };
  }
}
