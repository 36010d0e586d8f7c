import type { Archive } from "../manifest/archives.ts";
import { archivesOf } from "../manifest/archives.ts";
import { type UsedPackage, usedPackages } from "../manifest/used-packages.ts";
import type { Build } from "../model/build.ts";
import { Stories } from "../story/story.ts";

/** What reports are made from. */
export interface Material {
  readonly build: Build;
  readonly stories: Stories;
  readonly packages: readonly UsedPackage[];
  readonly archives: readonly Archive[];
}

/** One file of a build's output directory. */
export interface Report {
  /** Its path there. */
  readonly name: string;
  /** Whether there is anything to report; not given: always. */
  readonly applies?: (material: Material) => boolean;
  /** Its content, in parts: the same for the same recording. Strings are written as UTF-8. */
  readonly print: (material: Material) => Iterable<string | Uint8Array>;
}

export function materialOf(build: Build): Material {
  const stories = new Stories(build);
  const packages = usedPackages(build, stories);
  return { build, stories, packages, archives: archivesOf(build, packages) };
}
