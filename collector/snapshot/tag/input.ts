import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { BuildManifest } from "../../manifest/build-manifest.ts";
import { readBounded } from "../../manifest/formats/read-tails.ts";
import { manifestOf } from "../../manifest/from-packages.ts";
import { isManifestFile } from "../../manifest/is-manifest-file.ts";
import { parseTails } from "../../manifest/tails.ts";
import { byteString } from "../../model/bytes.ts";
import { materialOf } from "../../report/report.ts";
import { openBuild, resolveBuild } from "../../resolve-build.ts";
import { digestOf } from "../files/digest.ts";
import type { TaggedImage } from "../state.ts";

/** Variables that say what an image is to be, beside what the tree says. */
const ofImage = /^(?:SOURCE_DATE_EPOCH|LB_\w+|LANG|LC_\w+|TZ|MIRROR)$/;

export interface TagInput {
  readonly manifest: BuildManifest;
  readonly image: TaggedImage | null;
}

/**
 * The manifest to tag, and its image: of a build as it was recorded; of a file `iso`, if it is given.
 * @throws ManifestError, UsageError for what cannot be read
 */
export function readTagInput(given: string, iso: string | undefined, cwd: string): TagInput {
  const file = resolve(cwd, given);
  if (isManifestFile(file)) {
    const manifest = parseTails(readBounded(file, "give a build-manifest"), file);
    return { manifest, image: iso === undefined ? null : imageOfFile(iso, {}, []) };
  }
  const { build, packages, archives } = materialOf(openBuild(resolveBuild(given, cwd)));
  const { manifest } = manifestOf(packages, archives);
  const segment = build.segments[0];
  const environment = Object.fromEntries(
    (segment?.environment ?? [])
      .map(({ name, value }) => [byteString(name), byteString(value)] as const)
      .filter(([name]) => ofImage.test(name)),
  );
  const command = (segment?.command ?? []).map(byteString);
  if (iso !== undefined) return { manifest, image: imageOfFile(iso, environment, command) };
  const image = build.images.find(({ of, path }) => of === "file" && path.endsWith(".iso"));
  if (image === undefined || image.sha256 === "") return { manifest, image: null };
  return { manifest, image: { sha256: image.sha256, size: image.size, environment, command } };
}

function imageOfFile(iso: string, environment: Record<string, string>, command: string[]): TaggedImage {
  return { sha256: digestOf(iso), size: statSync(iso).size, environment, command };
}
