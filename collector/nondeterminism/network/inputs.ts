import { archiveAt } from "../../manifest/archives.ts";
import { byteOrder } from "../../manifest/build-manifest.ts";
import type { Material } from "../../report/report.ts";
import { type Download, downloadsOf } from "./downloads.ts";
import { type LocalPackage, localPackagesOf } from "./local-packages.ts";
import { type Writings, writingsOf } from "./written.ts";

/** Something that came into the build from outside the archives: no snapshot of them covers it. */
export type NetworkInput = DownloadInput | PackageInput;

export interface DownloadInput {
  readonly kind: "download";
  readonly download: Download;
  readonly wrote: Writings;
  /** The name of the archive that all of its URLs are of, and whether they name a fixed state of it; else null. */
  readonly archive: { readonly name: string; readonly isSnapshot: boolean } | null;
}

export interface PackageInput {
  readonly kind: "package";
  readonly package: LocalPackage;
}

/**
 * What the build took from outside the archives: downloads that were not apt's or debootstrap's own, one for each
 * process that downloaded, in the order in which they began; then packages installed from files, in byte order.
 *
 * Of connections only those by connect(2) to an IP address are known: what a process does through a socket that it
 * inherited, or through a proxy program that runs outside the build, is told of under the address that was connected
 * to, or not at all.
 */
export function networkInputs(material: Material): NetworkInput[] {
  const { build, stories } = material;
  const downloads = downloadsOf(build, stories);
  const wrote = writingsOf(build, downloads);
  return [
    ...downloads.map((download, i) => ({
      kind: "download" as const,
      download,
      wrote: wrote[i]!,
      archive: archiveOf(material, download.urls),
    })),
    ...localPackagesOf(material)
      .sort((a, b) => byteOrder(a.name, b.name) || byteOrder(a.version, b.version))
      .map((each) => ({ kind: "package" as const, package: each })),
  ];
}

function archiveOf({ archives }: Material, urls: readonly string[]): DownloadInput["archive"] {
  const found = urls.map((url) => archiveAt(archives, url));
  const [first] = found;
  if (first === undefined || found.some((archive) => archive !== first)) return null;
  return { name: first.name, isSnapshot: first.referenceFrom === "url" };
}
