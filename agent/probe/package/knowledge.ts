import type { PackageFacts } from "../../inside/protocol.ts";

/** More than Debian has in all of its suites. */
const most = 300_000;

/**
 * What was known of packages, by name, version and architecture: apt's lists vanish, dpkg's status forgets what is removed,
 * and a system that was copied has packages whose lists only the original had.
 */
export class Knowledge {
  readonly #known = new Map<string, PackageFacts>();

  remember(facts: PackageFacts): void {
    const key = keyOf(facts);
    const known = this.#known.get(key);
    if (known === undefined ? this.#known.size < most : worth(facts) > worth(known))
      this.#known.set(key, facts);
  }

  complete(facts: PackageFacts): PackageFacts {
    const known = facts.uri === "" ? this.#known.get(keyOf(facts)) : undefined;
    if (known === undefined || worth(known) === 0) return facts;
    return { ...withOrigin(facts, known), ...(hasControl(facts) ? {} : controlIn(known)) };
  }
}

/** What has the URI is from apt's lists, which have all; the digest is of a local file; the source stands in dpkg's status, too. */
function worth({ uri, sha256, source }: PackageFacts): number {
  if (uri !== "") return 3;
  if (sha256 !== "") return 2;
  return source === "" ? 0 : 1;
}

function withOrigin(facts: PackageFacts, known: PackageFacts): PackageFacts {
  const { uri, size, sha256, source, sourceVersion, origins } = known;
  if (uri !== "") return { ...facts, uri, uriUnknown: "", size, sha256, source, sourceVersion, origins };
  const digest = facts.sha256 === "" ? { size, sha256 } : {};
  return { ...facts, ...digest, ...(facts.source === "" ? { source, sourceVersion } : {}) };
}

function hasControl({
  priority,
  essential,
  preDepends,
  depends,
  recommends,
  provides,
}: PackageFacts): boolean {
  return essential || [priority, preDepends, depends, recommends, provides].some((each) => each !== "");
}

function controlIn(facts: PackageFacts): Partial<PackageFacts> {
  const { priority, essential, preDepends, depends, recommends, provides } = facts;
  return { priority, essential, preDepends, depends, recommends, provides };
}

export function keyOf({ name, version, architecture }: PackageFacts): string {
  return `${name} ${version} ${architecture}`;
}
