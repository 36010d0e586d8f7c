import { jsonText, shown } from "../../model/bytes.ts";
import type { Image } from "../../model/image.ts";
import type { Material } from "../../report/report.ts";
import { isSha256 } from "./values.ts";

/** An in-toto Statement v1 (in-toto attestation framework, spec/v1/statement.md). */
export interface Statement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** in-toto attestation framework, spec/v1/resource_descriptor.md: one of uri, digest and content must be there. */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: { readonly sha256: string };
  readonly downloadLocation?: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Identifies what was done: how the parameters of the predicates are to be read. */
export const buildType = "urn:isotrace:live-image-build:v1";
export const builderId = "urn:isotrace:recorder";

/** The image files of a build whose digests are known: what can be stated, is stated of them. Empty if there is none. */
export function subjects({ build }: Pick<Material, "build">): ResourceDescriptor[] {
  const files = build.images.filter(({ of, sha256 }: Image) => of === "file" && isSha256(sha256));
  // The last that was read of a path is what stands there.
  const byPath = new Map(files.map((image) => [image.path, image]));
  return [...byPath.values()].map(({ path, sha256 }) => ({ name: shown(path), digest: { sha256 } }));
}

/** The build's command, as JSON holds words that may not be UTF-8. */
export function words(argv: readonly string[]) {
  return argv.map(jsonText);
}
