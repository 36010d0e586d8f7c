import type { PackageEvent, ReleaseEvent } from "../../proto/events.ts";

/** The number of the descriptor, in the process inside, of the directory that it enters. */
export const rootFd = 4;

/** What the process inside a chroot is asked to look at. */
export interface Survey {
  id: number;
  /** debootstrap's list of what it downloads. */
  deburis: boolean;
  /** apt's lists: they may have changed. */
  lists: boolean;
  /** dpkg's log, from where it was read to. */
  log: LogPosition | undefined;
  /** dpkg's status file. */
  status: boolean;
  /** Names of .deb files that were downloaded. */
  downloads: string[];
  /** Absolute paths of .dsc files that were fetched, as inside the chroot. Byte strings. */
  dscs: string[];
}

/** How far a log has been read. A log with another inode, or shorter, is read from its beginning. */
export interface LogPosition {
  inode: number;
  offset: number;
}

/** A package event without what only the recorder knows. */
export type PackageFacts = Omit<PackageEvent, "kind" | "time" | "root" | "process" | "epoch">;
export type ReleaseFacts = Omit<ReleaseEvent, "kind" | "time" | "root">;

export interface Findings {
  id: number;
  packages: PackageFacts[];
  releases: ReleaseFacts[];
  /** What dpkg's status has as installed; undefined if it was not asked for or is not there. */
  installed: PackageFacts[] | undefined;
  log: LogPosition | undefined;
  losses: string[];
}
