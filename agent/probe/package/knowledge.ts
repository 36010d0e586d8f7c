import type { PackageFacts } from "../../inside/protocol.ts";

/** More than Debian has in all of its suites. */
const most = 300_000;

/**
 * What apt's lists said of packages, by name, version and architecture: lists vanish, and a system that was copied has
 * packages whose lists only the original had.
 */
export class Knowledge {
  readonly #known = new Map<string, PackageFacts>();

  remember(facts: PackageFacts): void {
    const key = keyOf(facts);
    if (facts.uri !== "" && this.#known.size < most && !this.#known.has(key)) this.#known.set(key, facts);
  }

  complete(facts: PackageFacts): PackageFacts {
    const known = facts.uri === "" ? this.#known.get(keyOf(facts)) : undefined;
    if (known === undefined) return facts;
    const { uri, size, sha256, source, sourceVersion, origins } = known;
    return { ...facts, uri, uriUnknown: "", size, sha256, source, sourceVersion, origins };
  }
}

export function keyOf({ name, version, architecture }: PackageFacts): string {
  return `${name} ${version} ${architecture}`;
}
