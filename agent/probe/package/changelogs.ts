import type { Binary, ChangelogFacts, PackageFacts } from "../../inside/protocol.ts";
import type { Asker } from "./asker.ts";
import type { ChangelogBook } from "./changelog-book.ts";
import { keyOf } from "./knowledge.ts";

/** The changelogs of one system's packages: read as soon as they are unpacked, as what makes an image small removes them. */
export class Changelogs {
  readonly #asker: Asker;
  readonly #book: ChangelogBook;
  /** The packages whose changelogs were looked for. */
  readonly #looked = new Set<string>();

  /** @param book what was told of the build's other systems. */
  constructor(asker: Asker, book: ChangelogBook) {
    this.#asker = asker;
    this.#book = book;
  }

  /** @returns those that are to be told, of packages that were not looked at before. */
  async read(installed: readonly PackageFacts[]): Promise<ChangelogFacts[]> {
    const wanted = installed.filter((each) => !this.#looked.has(keyOf(each)) && !this.#book.isTold(each));
    for (const each of installed) this.#looked.add(keyOf(each));
    if (wanted.length === 0) return [];
    const findings = await this.#asker.ask({ changelogs: wanted.map(binaryOf) });
    return (findings?.changelogs ?? []).flatMap((found, i) => {
      // Another system can have told it meanwhile.
      const told = found === undefined ? undefined : this.#book.take(wanted[i]!, found);
      return told === undefined ? [] : [told];
    });
  }
}

function binaryOf({ name, version, architecture, source, sourceVersion }: PackageFacts): Binary {
  return { name, version, architecture, source, sourceVersion };
}
