import { compareVersions } from "../../changelog/compare-versions.ts";
import { shown } from "../../model/bytes.ts";
import type { Material } from "../../report/report.ts";
import { basename } from "../../story/names.ts";
import { byteOrder } from "../build-manifest.ts";
import { ARCH, PACKAGE, VERSION } from "../fields.ts";
import { toldEnvironment } from "./environment.ts";
import type { PackageFormat } from "./format.ts";
import { isInImage, type Listed } from "./manifest.ts";

/**
 * A file in the form of deb-buildinfo(5) that debootsnap(1) reads: with `--buildinfo` it makes a chroot of exactly the
 * packages of the image. Those that were used and are not in the image stand in a field of their own, which
 * it passes over: two versions of one package cannot stand in one chroot.
 *
 * It is not of a source package, so there is no `Source`, `Binary` or `Version`.
 */
export const buildinfo: PackageFormat = {
  of: "packages",
  name: "buildinfo",
  file: "image.buildinfo",
  print: ({ packages, material }) => {
    const { installed, others } = split(packages.filter(fits));
    const native = nativeOf(installed);
    const fields = [
      "Format: 1.0",
      `Architecture: ${native}`,
      ...(material === undefined ? [] : checksumsOf(material)),
      `Build-Architecture: ${native}`,
      ...(material === undefined ? [] : buildOf(material)),
      ...relationField("Installed-Build-Depends", installed, native),
      ...relationField("X-Used-During-Build", others, native),
      ...(material === undefined ? [] : environmentField(material)),
    ];
    return [Buffer.from(`${fields.join("\n")}\n`, "latin1")];
  },
};

/** What the form has no escapes for is left out, as from the build-manifest; that is said there. */
function fits({ isSource, name, version, architecture }: Listed): boolean {
  return !isSource && PACKAGE.accepts(name) && VERSION.accepts(version) && ARCH.accepts(architecture);
}

/** What can stand in one chroot: the packages of the image, of several versions of one the newest; and the others. */
function split(packages: readonly Listed[]): { installed: Listed[]; others: Listed[] } {
  const own = packages.filter(isInImage);
  const newest = new Map<string, Listed>();
  // Only a bootstrap was recorded, for example: then there is no image that could be made again.
  for (const each of own.length > 0 ? own : packages) {
    const key = `${each.name}:${each.architecture}`;
    const known = newest.get(key);
    if (known === undefined || compareVersions(each.version, known.version) > 0) newest.set(key, each);
  }
  const chosen = new Set(newest.values());
  return {
    installed: packages.filter((each) => chosen.has(each)),
    others: packages.filter((each) => !chosen.has(each)),
  };
}

/** The architecture of dpkg itself, else the most frequent one. */
function nativeOf(packages: readonly Listed[]): string {
  const own = packages.filter(({ architecture }) => architecture !== "all");
  const dpkg = own.find(({ name }) => name === "dpkg");
  if (dpkg !== undefined) return dpkg.architecture;
  const counts = new Map<string, number>();
  for (const { architecture } of own) counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || byteOrder(a, b));
  return most?.[0] ?? "all";
}

/** As dpkg-genbuildinfo(1) writes it: only a foreign architecture is named. */
function relationField(name: string, packages: readonly Listed[], native: string): string[] {
  if (packages.length === 0) return [];
  const relations = packages.map(({ name, version, architecture }) => {
    const isForeign = architecture !== native && architecture !== "all";
    return ` ${name}${isForeign ? `:${architecture}` : ""} (= ${version})`;
  });
  return [`${name}:`, relations.join(",\n")];
}

function checksumsOf({ build }: Material): string[] {
  const files = build.images.filter(({ of, sha256 }) => of === "file" && sha256 !== "");
  if (files.length === 0) return [];
  const lines = files.map(({ sha256, size, path }) => ` ${sha256} ${size} ${word(basename(path))}`);
  return ["Checksums-Sha256:", ...lines];
}

function buildOf({ build }: Material): string[] {
  const date = new Date(build.clock.iso(build.begin)).toUTCString().replace("GMT", "+0000");
  return [
    ...(Number.isNaN(Date.parse(date)) ? [] : [`Build-Date: ${date}`]),
    ...(build.directory === "" ? [] : [`Build-Path: ${word(build.directory)}`]),
  ];
}

function environmentField({ build }: Material): string[] {
  const lines = toldEnvironment(build).map(
    ([name, value]) => ` ${name}="${line(value).replace(/[\\"]/g, "\\$&")}"`,
  );
  return lines.length === 0 ? [] : ["Environment:", ...lines];
}

/** On one line, without blanks. */
function word(text: string): string {
  return line(text).replaceAll(" ", "\\x20");
}

/** On one line, as a byte string. */
function line(text: string): string {
  return Buffer.from(shown(text), "utf8").toString("latin1");
}
