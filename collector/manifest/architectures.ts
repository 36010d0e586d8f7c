import type { PackageEvent } from "../../proto/events.ts";
import type { PackageRecord } from "../model/build.ts";

/** debootstrap's list has no architectures: the name of the file in the URI has it, or another event. */
export function architectureOf(event: PackageEvent, known: Map<string, Set<string>>): string {
  if (event.action === "source") return "source";
  if (event.architecture !== "") return event.architecture;
  const named = architectureInUri(event.uri);
  if (named !== "") return named;
  const [only, other] = known.get(`${event.name}\0${event.version}`) ?? [];
  return other === undefined ? (only ?? "") : "";
}

export function knownArchitectures(records: readonly PackageRecord[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const { event } of records) {
    const architecture = event.architecture || architectureInUri(event.uri);
    if (architecture === "" || event.action === "source") continue;
    const key = `${event.name}\0${event.version}`;
    const set = known.get(key);
    if (set === undefined) known.set(key, new Set([architecture]));
    else set.add(architecture);
  }
  return known;
}

function architectureInUri(uri: string): string {
  return /_([a-z0-9-]+)\.deb$/.exec(uri)?.[1] ?? "";
}
