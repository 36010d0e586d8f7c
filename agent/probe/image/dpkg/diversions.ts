import type { PathResolver } from "./resolve.ts";

export interface Diversion {
  to: string;
  /** Whose file stays at the diverted path; ":" is the administrator: then every package's is moved (dpkg-divert(1)). */
  package: string;
}

/** Reads dpkg's diversions: three lines each, from, to and package. @returns them by the path that is diverted. */
export function parseDiversions(text: string, resolver: PathResolver): Map<string, Diversion> {
  const diversions = new Map<string, Diversion>();
  const lines = text.split("\n");
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const to = resolver.canonical(lines[i + 1]!);
    diversions.set(resolver.canonical(lines[i]!), { to, package: lines[i + 2]! });
  }
  return diversions;
}
