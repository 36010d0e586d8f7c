import { noExtraPackages } from "../../../../collector/manifest/formats/extra-packages.ts";
import { manifestFormats } from "../../../../collector/manifest/formats/formats.ts";
import { manifestOfBuild } from "../../../../collector/manifest/formats/from-build.ts";
import type { Material } from "../../../../collector/report/report.ts";

/** What a format prints of a build. */
export function printed(name: string, material: Material): Buffer {
  const format = manifestFormats.find((each) => each.name === name)!;
  const parts =
    format.of === "packages"
      ? format.print(manifestOfBuild(material, noExtraPackages))
      : format.print(material);
  return Buffer.concat([...parts].map((part) => Buffer.from(part)));
}

/** `name version architecture` of a purl, as another reader would take it apart. */
export function namedBy(purl: string): string {
  const url = new URL(purl);
  const [name, version] = url.pathname.split("/").at(-1)!.split("@").map(decodeURIComponent);
  return `${name} ${version} ${url.searchParams.get("arch")}`;
}
