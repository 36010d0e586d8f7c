import { shown } from "../../model/bytes.ts";
import { places, type Where } from "../used-packages.ts";
import type { PackageFormat } from "./format.ts";
import type { Listed, Manifest } from "./manifest.ts";

/** Tables for a person: the archives, and the packages by the system that they were used in. */
export const text: PackageFormat = {
  of: "packages",
  name: "text",
  file: undefined,
  print: (manifest) => [`${sectionsOf(manifest).join("\n\n")}\n`],
};

function sectionsOf({ archives, packages, tails, material }: Manifest): string[] {
  const rows = archives.map(({ name, reference, uri }) => [name, reference, uri]);
  const binary = packages.filter(({ isSource }) => !isSource);
  const systems =
    material === undefined
      ? [section(`Packages: ${binary.length}`, binary.map(row))]
      : places.map((place) => section(...inSystem(binary, place)));
  const sources = packages.filter(({ isSource }) => isSource);
  const listed = tails.packages.binary.length + tails.packages.source.length;
  return [
    section("Archives", rows),
    ...systems,
    section(`Source packages: ${sources.length}`, sources.map(row)),
    `${listed} packages stand in the build-manifest.`,
  ].filter((part) => part !== "");
}

const titles: Record<Where, string> = {
  image: "In the image",
  removed: "In the image's system, and removed before it was packed",
  builder: "In the builder's chroot",
  other: "In another system",
};

function inSystem(packages: readonly Listed[], place: Where): [title: string, rows: string[][]] {
  const found = packages.filter(({ where }) => where.includes(place));
  return [`${titles[place]}: ${found.length}`, found.map(row)];
}

function row({ name, version, architecture, vendor, stages }: Listed): string[] {
  return [name, version, architecture, vendor, stages.join(" ")];
}

/** Empty if there is no row. */
function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  // Texts of a recording must not command the terminal; they are UTF-8, `shown` takes bytes.
  const cells = rows.map((row) => row.map((cell) => shown(Buffer.from(cell, "utf8").toString("latin1"))));
  const widths = cells[0]!.map((_, i) => cells.reduce((most, row) => Math.max(most, row[i]!.length), 0));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  return [title, ...lines.map((line) => `  ${line}`)].join("\n");
}
