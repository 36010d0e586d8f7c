import type { RecordedChangelog, Side, SidePackage } from "../../../collector/changelog/side.ts";

/** A side of a comparison: a build, unless it is said to be a file. */
export function side(packages: readonly SidePackage[], facts: Partial<Side> = {}): Side {
  const kind = facts.kind ?? "build";
  return {
    kind,
    name: "side",
    build: kind === "build" ? "test-build" : null,
    complete: kind === "build" ? true : null,
    causes: [],
    origins: [],
    packages,
    changelogs: [],
    ...facts,
  };
}

/** A binary package of the image; its source package has its name and version. */
export function binary(name: string, version: string, facts: Partial<SidePackage> = {}): SidePackage {
  return {
    type: "binary",
    name,
    version,
    architecture: "amd64",
    source: name,
    sourceVersion: version,
    origin: "debian",
    place: "image",
    ...facts,
  };
}

/** A package as a build-manifest file has it. */
export function bare(name: string, version: string, facts: Partial<SidePackage> = {}): SidePackage {
  return binary(name, version, { source: null, sourceVersion: null, origin: null, place: null, ...facts });
}

/** The changelog of a package, with an entry for each version; `distribution` and `details` of each. */
export function changelog(
  name: string,
  versions: readonly (string | readonly [version: string, distribution: string, details: string])[],
  facts: Partial<RecordedChangelog> = {},
): RecordedChangelog {
  const entries = versions.map((each) => {
    const [version, distribution, details] =
      typeof each === "string" ? [each, "unstable", `  * Change of ${each}.`] : each;
    const head = `${name} (${version}) ${distribution}; urgency=medium`;
    return `${head}\n\n${details}\n\n -- A Name <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n`;
  });
  const [newest] = versions;
  const version = typeof newest === "string" ? newest : (newest?.[0] ?? "");
  return { package: name, version, text: entries.join("\n"), isCut: false, ...facts };
}
