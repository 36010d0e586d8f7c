import type { ReleaseEvent } from "../../../proto/events.ts";
import type { Build } from "../../model/build.ts";
import { type Signature, signersOf } from "./openpgp.ts";
import { plainUri } from "./rules.ts";

/** The state of one suite of an archive: its Release file (Debian Wiki, RepositoryFormat), as the build saw it. */
export interface ArchiveRelease {
  /** As the build had it: with the snapshot. */
  readonly uri: string;
  /** As sources.list(5) has it: the directory below `dists/`. */
  readonly suite: string;
  /** Signed within itself, with its signature beside it, or debootstrap's copy without one. */
  readonly file: "InRelease" | "Release";
  /** The Release file's fields `Origin`, `Label`, `Suite`, `Codename`, `Version`, `Date` and `Valid-Until`. */
  readonly origin: string;
  readonly label: string;
  readonly releaseSuite: string;
  readonly codename: string;
  readonly version: string;
  readonly date: string;
  readonly validUntil: string;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string;
  readonly signature: Signature;
}

/** The releases that the build saw, by the URI of their archive: each state once, as they were seen. */
export function releasesByUri(build: Build): Map<string, ArchiveRelease[]> {
  const found = new Map<string, Map<string, ArchiveRelease>>();
  for (const event of build.releases) {
    const uri = plainUri(event.uri);
    if (uri === undefined) continue;
    let states = found.get(uri);
    if (states === undefined) {
      states = new Map();
      found.set(uri, states);
    }
    const key = [event.suite, fileOf(event), event.sha256, event.date].join("\0");
    const known = states.get(key);
    // A signature that lies beside the file may come later.
    if (known === undefined || (known.signature.signers.length === 0 && event.signature.length > 0))
      states.set(key, releaseOf(event, uri));
  }
  return new Map([...found].map(([uri, states]) => [uri, [...states.values()]]));
}

/** When a release was made: milliseconds since 1970; minus infinity if it does not say. */
export function timeOf({ date }: Pick<ArchiveRelease, "date">): number {
  const time = date === "" ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

function releaseOf(event: ReleaseEvent, uri: string): ArchiveRelease {
  const { suite, origin, label, releaseSuite, codename, version, date, validUntil, sha256 } = event;
  const fields = { suite, origin, label, releaseSuite, codename, version, date, validUntil, sha256 };
  return { uri, ...fields, file: fileOf(event), signature: signersOf(event.signature) };
}

function fileOf({ list }: ReleaseEvent): ArchiveRelease["file"] {
  return list.endsWith("InRelease") ? "InRelease" : "Release";
}
