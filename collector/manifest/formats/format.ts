import type { Material } from "../../report/report.ts";
import type { Manifest } from "./manifest.ts";

/** A text in parts: strings are written as UTF-8. The same input gives the same bytes. */
export type Parts = Iterable<string | Uint8Array>;

/** A form in which `isotrace manifest` prints. */
export type ManifestFormat = PackageFormat | StatementFormat;

/** One that lists packages, whatever they are known from. */
export interface PackageFormat {
  readonly of: "packages";
  /** Of `--format`. */
  readonly name: string;
  /** Its file in a build's output directory; undefined for one that is for a terminal only. */
  readonly file: string | undefined;
  /** @throws ManifestError for what the form cannot hold. */
  readonly print: (manifest: Manifest) => Parts;
}

/** An in-toto Statement, which says something of the image that a build made; it can be signed. */
export interface StatementFormat {
  readonly of: "statement";
  readonly name: string;
  readonly file: string;
  /** Nothing can be stated without `subjects`. */
  readonly print: (material: Material) => Parts;
}
