import { byteOrder } from "../manifest/build-manifest.ts";
import type { SideOrigin } from "./side.ts";

/** What became of an archive between two builds. `moved`: its reference is another. */
export type OriginChangeKind = "added" | "removed" | "moved" | "same";

export interface OriginChange {
  readonly kind: OriginChangeKind;
  readonly archive: string;
  /** Null where the archive was not used. */
  readonly from: SideOrigin | null;
  readonly to: SideOrigin | null;
}

/** Archives are told by their names, since a build may use another mirror. In byte order. */
export function originChanges(a: readonly SideOrigin[], b: readonly SideOrigin[]): OriginChange[] {
  const before = new Map(a.map((each) => [each.archive, each]));
  const after = new Map(b.map((each) => [each.archive, each]));
  return [...new Set([...before.keys(), ...after.keys()])].sort(byteOrder).map((archive) => {
    const from = before.get(archive) ?? null;
    const to = after.get(archive) ?? null;
    return { kind: kindOf(from, to), archive, from, to };
  });
}

function kindOf(from: SideOrigin | null, to: SideOrigin | null): OriginChangeKind {
  if (from === null) return "added";
  if (to === null) return "removed";
  return from.reference === to.reference ? "same" : "moved";
}
