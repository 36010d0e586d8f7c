import type { Origin } from "../../../proto/events.ts";
import type { Material } from "../../report/report.ts";
import type { BuildManifest } from "../build-manifest.ts";
import type { Where } from "../used-packages.ts";
import type { Distribution } from "./distribution.ts";

/** What the formats print: packages, from a build or from files. What is not known is empty. */
export interface Manifest {
  /** With the extra packages. */
  readonly tails: BuildManifest;
  /** Each version of a package once, in byte order of its kind, name, version and architecture. */
  readonly packages: readonly Listed[];
  readonly archives: readonly ListedArchive[];
  readonly distribution: Distribution;
  /**
   * When the newest of the archives' states was made: ISO 8601, to the second. It takes the place of the time
   * that some formats demand, so that two builds with the same packages give the same bytes.
   */
  readonly date: string;
  /** undefined if the packages come from files. */
  readonly material: Material | undefined;
}

export interface ListedArchive {
  readonly name: string;
  readonly uri: string;
  readonly reference: string;
}

/** A package of one version and architecture. */
export interface Listed {
  readonly isSource: boolean;
  readonly name: string;
  readonly version: string;
  /** `source` for a source package. */
  readonly architecture: string;
  readonly purl: string;
  /** Whose package it is, as the archive's Release names its Origin: `Debian`. */
  readonly vendor: string;
  readonly uri: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly source: string;
  readonly sourceVersion: string;
  /** Of the source package that a binary one was built from. */
  readonly sourcePurl: string;
  readonly origins: readonly Origin[];
  /** The systems that it was used in. */
  readonly where: readonly Where[];
  /** live-build's stages that it came in, in byte order. */
  readonly stages: readonly string[];
  /** The purls of the packages that it depends on, in byte order; undefined if its control fields are not known. */
  readonly dependsOn: readonly string[] | undefined;
}

/** Whether a package stands in the image: what is read from files does, as far as they tell. */
export function isInImage({ where, isSource }: Listed): boolean {
  return !isSource && (where.length === 0 || where.includes("image"));
}
