import type { Story } from "../story/story.ts";
import type { PackageName } from "../story/versions.ts";
import type { Writer } from "../story/writers.ts";
import type { Confidence, Source } from "./source.ts";

/** Where in a file something of this build stands. Texts are byte strings. */
export interface Place {
  /** Members of the containers around it, outermost first: `["data.tar", "./etc/x"]`; empty for the file itself. */
  readonly within: readonly string[];
  /** Bytes from the start of the file or of the innermost member. */
  readonly offset: number;
  /** From 1; undefined in what is no text. */
  readonly line: number | undefined;
  /** What stands there, at most 64 bytes. */
  readonly bytes: string;
  /** `2026-11-23T01:05:22.574Z, milliseconds, big endian, Java key store entry`. Plain text. */
  readonly meaning: string;
}

/** What one detector saw in one file. */
export interface Observation {
  readonly source: Source;
  readonly confidence: Confidence;
  /** Why it is believed, in one sentence. Plain text, without values of this build: those stand in the place. */
  readonly reason: string;
  /** Undefined if it is of the file as a whole, or of the build. */
  readonly place: Place | undefined;
}

/** What has to be changed. `name` is a byte string. */
export interface Culprit {
  readonly kind: "hook" | "package" | "stage" | "command";
  readonly name: string;
  /** Of a package, as far as it is known. */
  readonly package: PackageName | null;
}

/** One file, or the build itself, that will be another in the next build, and because of what. */
export interface Finding {
  /** Absolute in the image, or below `/binary/`; "" for the build as a whole. A byte string. */
  readonly path: string;
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  /** The first ones; `places` says how many there are. */
  readonly evidence: readonly Place[];
  readonly places: number;
  /** Likeliest first. */
  readonly culprits: readonly Culprit[];
  readonly writer: Writer | undefined;
  readonly story: Story | undefined;
  readonly remedy: string;
  /** The same for the same cause in another build. */
  readonly fingerprint: string;
}
