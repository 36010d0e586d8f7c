import { type Archive, originReferences } from "./archives.ts";
import type { BuildManifest } from "./build-manifest.ts";
import { ARCH, PACKAGE, VERSION } from "./fields.ts";
import type { UsedPackage } from "./used-packages.ts";

/** The build-manifest of the packages of a build, and those of them that cannot stand in it. */
export function manifestOf(
  packages: readonly UsedPackage[],
  archives: readonly Archive[],
): { manifest: BuildManifest; refused: UsedPackage[] } {
  const fit = packages.filter(fits);
  return {
    manifest: {
      originReferences: originReferences(archives),
      packages: {
        binary: fit
          .filter(({ isSource }) => !isSource)
          .map(({ name, version, architecture }) => ({ package: name, version, arch: architecture })),
        source: fit
          .filter(({ isSource }) => isSource)
          .map(({ name, version }) => ({ package: name, version })),
      },
    },
    refused: packages.filter((each) => !fits(each)),
  };
}

function fits({ name, version, architecture }: UsedPackage): boolean {
  return PACKAGE.accepts(name) && VERSION.accepts(version) && ARCH.accepts(architecture);
}
