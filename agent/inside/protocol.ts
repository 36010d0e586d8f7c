import type { ChangelogEvent, PackageEvent, ReleaseEvent } from "../../proto/events.ts";
import type { ConfigurationChanges } from "../probe/configuration/look.ts";

/** The number of the descriptor, in the process inside, of the directory that it enters. */
export const rootFd = 4;

/** What the process inside a chroot is asked to look at. Paths and names are byte strings. */
export interface Survey {
  id: number;
  /** debootstrap's list of what it downloads, from this offset; undefined: not asked for. */
  deburis: number | undefined;
  /** apt's lists: they may have changed. */
  lists: boolean;
  log: LogQuestion | undefined;
  /** dpkg's status file. */
  status: boolean;
  /** Names of .deb files that were downloaded. */
  downloads: string[];
  /** Absolute paths of .dsc files that were fetched, as inside the chroot. */
  dscs: string[];
  /** Installed packages whose changelogs are wanted: of several with the same one is enough. */
  changelogs: Binary[];
  /** apt's configuration, with the digests of what was told of it; undefined: not asked for. */
  configuration: ReadonlyMap<string, string> | undefined;
}

/** A survey that looks at nothing: what is to be looked at is put beside it. */
export const nothingAsked: Omit<Survey, "id"> = {
  deburis: undefined,
  lists: false,
  log: undefined,
  status: false,
  downloads: [],
  dscs: [],
  changelogs: [],
  configuration: undefined,
};

/** How far a log has been read. A log with another inode, or shorter, is read from its beginning. */
export interface LogPosition {
  inode: number;
  offset: number;
}

/** What is asked of dpkg's log. */
export interface LogQuestion {
  from: LogPosition;
  /** Only so many runs at its end are of this system: it was copied, or there before. Undefined: all are. */
  last: number | undefined;
  /** .deb files that dpkg was called with. */
  debs: string[];
}

/** A package event without what only the recorder knows. */
export type PackageFacts = Omit<PackageEvent, "kind" | "time" | "root" | "process" | "epoch">;
export type Binary = Pick<PackageEvent, "name" | "version" | "architecture" | "source" | "sourceVersion">;
export type ChangelogFacts = Omit<ChangelogEvent, "kind" | "time" | "root">;
export type ReleaseFacts = Omit<ReleaseEvent, "kind" | "time" | "root">;

export interface Findings {
  id: number;
  releases: ReleaseFacts[];
  /** File names of apt's lists that stood there when it was last looked; others that are known are of the past. */
  lists: string[];
  /** New lines of deburis, and where it ends; undefined if it is not there. */
  bootstrapped: { packages: PackageFacts[]; end: number } | undefined;
  /** For each download and each .dsc asked about, in that order; undefined if its name is not that of a package. */
  downloaded: (PackageFacts | undefined)[];
  fetched: (PackageFacts | undefined)[];
  /** Undefined if dpkg's log is not there. Runs of dpkg: the first is the rest of one that was read in part. */
  log: { runs: PackageFacts[][]; position: LogPosition } | undefined;
  /** What dpkg's status has as installed; undefined if it was not asked for or is not there. */
  installed: PackageFacts[] | undefined;
  /** For each package that was asked about, in that order; undefined if it has none, or another's is the same. */
  changelogs: (ChangelogFacts | undefined)[];
  configuration: ConfigurationChanges | undefined;
  losses: string[];
}
