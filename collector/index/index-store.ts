import type { Label } from "../../proto/uplink.ts";
import type { UsedPackage } from "../manifest/used-packages.ts";
import type { ImageEntry } from "../model/image.ts";
import type { PackageName } from "../story/versions.ts";
import type { StoryJson, WhyJson, WriterJson } from "../why/json.ts";
import type { State } from "../why/why.ts";
import type { Beginning, Ending, LivePackage } from "./digest.ts";

/**
 * What is known of all builds, to be searched. It is made of the recordings and can be made of them again; so it may lose
 * what it was told last, but must not mix things up. Small, so that a database on another machine can take it.
 */
export interface IndexStore {
  /** What running builds tell. A build that the index does not have begins with it. */
  note(changes: readonly LiveChange[]): Promise<void>;
  /** The whole of a build, part by part, in the order in which `describe` makes them; what was there of it goes. */
  put(key: string, part: Part): Promise<void>;
  /** The whole has come, but cannot be described. */
  fail(key: string, problem: string): Promise<void>;
  remove(key: string): Promise<void>;

  outlines(): Promise<Outline[]>;
  builds(query: BuildQuery): Promise<Page<IndexedBuild>>;
  build(key: string): Promise<IndexedBuild | undefined>;
  packages(key: string, query: PackageQuery): Promise<Page<IndexedPackage>>;
  files(key: string, query: FileQuery): Promise<Page<IndexedFile>>;
  findings(key: string, query: FindingQuery): Promise<Page<IndexedFinding>>;
  /** undefined if the index has nothing of the path; `cut` if it has not all of it. */
  why(key: string, path: string): Promise<WhyJson | "cut" | undefined>;
  /** A text that was made when the build was described; undefined if there is none of that name. */
  document(key: string, name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** `receiving`: not all of it has come; `received`: it is being described; `ready`: everything can be asked; `failed`: see `problem`. */
export const buildStates = ["receiving", "received", "ready", "failed"] as const;
export type BuildState = (typeof buildStates)[number];

export interface Outline {
  readonly key: string;
  readonly name: string;
  readonly state: BuildState;
  /** Of what made the rows: another version's are made again. */
  readonly version: number;
}

/** One build in the index. Texts of the build are byte strings. */
export interface IndexedBuild {
  readonly key: string;
  readonly id: string;
  /** The label `name`, or else the last name of the build directory. */
  readonly name: string;
  readonly host: string;
  readonly owner: string;
  readonly labels: readonly Label[];
  /** When its first byte came; times are milliseconds since 1970. */
  readonly begun: number;
  readonly state: BuildState;
  readonly problem: string;
  readonly directory: string;
  readonly command: readonly string[];
  readonly started: number | null;
  readonly ending: Ending | null;
  /** Whether everything that happened was recorded; null until it is described. */
  readonly complete: boolean | null;
  readonly causes: readonly string[];
  /** Of live-build, the last that began. */
  readonly script: string;
  readonly lost: number;
  readonly events: Readonly<Record<string, number>>;
  readonly packages: number;
  readonly files: number;
  readonly findings: number;
  readonly origins: readonly IndexedOrigin[];
  /** The index has not all of its paths: a recording that was made to be large. */
  readonly isCut: boolean;
}

export interface IndexedOrigin {
  readonly archive: string;
  readonly uri: string;
  readonly reference: string;
}

/** What came of a running build since it was told of last; numbers and texts are of the whole so far. */
export interface LiveChange {
  readonly key: string;
  readonly id: string;
  readonly labels: readonly Label[];
  readonly owner: string;
  readonly begun: number;
  readonly state: "receiving" | "received";
  readonly beginning: Beginning | undefined;
  readonly ending: Ending | undefined;
  readonly script: string;
  readonly lost: number;
  readonly events: Readonly<Record<string, number>>;
  readonly packages: number;
  readonly newPackages: readonly LivePackage[];
}

/** One part of the description of a whole build. */
export type Part =
  | {
      readonly kind: "head";
      readonly build: Omit<IndexedBuild, "key" | "state" | "problem">;
      readonly packages: readonly IndexedPackage[];
      readonly findings: readonly IndexedFinding[];
      readonly documents: readonly { readonly name: string; readonly text: string }[];
    }
  | { readonly kind: "stories"; readonly first: number; readonly stories: readonly StoryJson[] }
  | { readonly kind: "files"; readonly files: readonly DescribedFile[] }
  | { readonly kind: "end"; readonly files: number };

export type IndexedPackage = Pick<
  UsedPackage,
  "name" | "version" | "architecture" | "source" | "sourceVersion" | "uri" | "size" | "sha256" | "stage"
> & {
  /** As `UsedPackage.where`; "" while the build runs. */
  readonly where: string;
};

/** A path of the image or of the binary directory; or one that was there while the build ran. */
export interface DescribedFile {
  /** A byte string. */
  readonly path: string;
  readonly entry: EntryFacts | null;
  readonly state: State;
  readonly stateFrom: "content" | "history";
  readonly package: PackageName | null;
  /** Newest first. */
  readonly writers: readonly StoredWriter[];
  /** Not all writers are there: their number. */
  readonly allWriters: number;
}

export type EntryFacts = Pick<
  ImageEntry,
  | "type"
  | "mode"
  | "uid"
  | "gid"
  | "mtime"
  | "size"
  | "target"
  | "sha256"
  | "package"
  | "relation"
  | "problem"
>;

export type StoredWriter = Omit<WriterJson, keyof StoryJson> & {
  /** Number of its story. */
  readonly story: number;
};

export interface IndexedFile extends EntryFacts {
  readonly path: string;
  readonly state: State;
  /** The last. */
  readonly writer: WriterJson | null;
}

export interface IndexedFinding {
  /** A byte string. */
  readonly path: string;
  readonly source: string;
  readonly confidence: string;
  readonly culpritKind: string;
  /** A byte string. */
  readonly culprit: string;
  readonly fingerprint: string;
  readonly remedy: string;
}

/** A part of a list, and what is asked with for the next one; null after the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
export interface PageQuery {
  readonly limit: number;
  /** What `next` was; "" for the first page. */
  readonly after: string;
}

/** "" asks for nothing. `*` in a name, id or host stands for anything. */
export interface BuildQuery extends PageQuery {
  readonly name: string;
  readonly id: string;
  readonly host: string;
  readonly owner: string;
  readonly state: BuildState | "";
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly package: string;
  readonly version: string;
  /** Of its image; a byte string. */
  readonly path: string;
  /** Fingerprint of a finding. */
  readonly finding: string;
}
export interface PackageQuery extends PageQuery {
  readonly name: string;
}
export interface FileQuery extends PageQuery {
  /** Paths begin so; a byte string. */
  readonly prefix: string;
  readonly relation: string;
  /** Name of the package that owns it. */
  readonly package: string;
}
export interface FindingQuery extends PageQuery {
  readonly source: string;
  readonly confidence: string;
}
