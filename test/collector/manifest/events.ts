import type { ReleaseEvent } from "../../../proto/events.ts";
import type { Scenario } from "../support/scenario.ts";

/** A configuration file, in the system whose root is the directory at `system` (the build directory: ""). */
export function configure(s: Scenario, system: string, path: string, text: string | undefined): void {
  s.add({
    kind: "configuration",
    time: s.time,
    root: s.directory(system),
    path: Buffer.from(path),
    content: Buffer.from(text ?? ""),
    removed: text === undefined,
    cut: false,
  });
}

/** A Release file, of debian unless said otherwise. */
export function release(s: Scenario, facts: Partial<ReleaseEvent> = {}): void {
  s.add({
    kind: "release",
    time: s.time,
    root: 0,
    list: "deb.debian.org_debian_dists_bookworm_InRelease",
    uri: "http://deb.debian.org/debian",
    suite: "bookworm",
    origin: "Debian",
    label: "Debian",
    releaseSuite: "stable",
    codename: "bookworm",
    date: "",
    validUntil: "",
    sha256: "",
    version: "12.5",
    signature: new Uint8Array(),
    notAutomatic: false,
    butAutomaticUpgrades: false,
    ...facts,
  });
}
