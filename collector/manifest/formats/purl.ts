import { PackageURL } from "packageurl-js";

export interface PurlParts {
  /** `debian`. */
  readonly vendor: string;
  readonly name: string;
  readonly version: string;
  /** `source` for a source package. */
  readonly architecture: string;
  /** `debian-12`; without it, scanners skip the package. */
  readonly distro: string;
  /** Of an archive that is not the distribution's own. */
  readonly repository: string;
}

/** A package URL of type deb: the package-url specification, and its definition of that type. */
export function debPurl({ vendor, name, version, architecture, distro, repository }: PurlParts): string {
  const qualifiers = Object.fromEntries(
    Object.entries({ arch: architecture, distro, repository_url: repository }).filter(
      ([, value]) => value !== "",
    ),
  );
  const purl = new PackageURL("deb", vendor, name, version === "" ? undefined : version, qualifiers);
  // The canonical form encodes it everywhere; the library leaves it in versions, where some readers take it for a blank.
  return purl.toString().replaceAll("+", "%2B");
}
