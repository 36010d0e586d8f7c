import { type Archive, archiveAt } from "../manifest/archives.ts";
import type { UsedPackage } from "../manifest/used-packages.ts";
import { byteString } from "../model/bytes.ts";
import type { Material } from "../report/report.ts";
import type { Side, SidePackage } from "./side.ts";

/** A build as one side of a comparison. It keeps nothing of the build's model. */
export function sideOfBuild(name: string, { build, packages, archives }: Material): Side {
  return {
    kind: "build",
    name,
    build: build.id,
    ...build.causes(),
    origins: archives.map(({ name, uri, reference }) => ({ archive: name, uri, reference })),
    packages: packages.map((each) => sidePackage(each, archives)),
    changelogs: build.changelogs.map(({ package: name, version, text, cut }) => ({
      package: name,
      version,
      text: byteString(text),
      isCut: cut,
    })),
  };
}

function sidePackage(used: UsedPackage, archives: readonly Archive[]): SidePackage {
  const { isSource, name, version, architecture, source, sourceVersion, where, uri, origins } = used;
  return {
    type: isSource ? "source" : "binary",
    name,
    version,
    architecture,
    source: isSource ? name : source || null,
    sourceVersion: isSource ? version : sourceVersion || null,
    origin: archiveAt(archives, uri || (origins[0]?.uri ?? ""))?.name ?? null,
    place: where === "image" ? "image" : "build",
  };
}
