import {
  type BinaryPackage,
  type BuildManifest,
  binaryKey,
  normalize,
  type OriginReference,
  type SourcePackage,
  sourceKey,
} from "./build-manifest.ts";
import { ManifestError } from "./error.ts";
import { ARCH, ARCHIVE, checked, type FieldRule, PACKAGE, REFERENCE, VERSION } from "./fields.ts";
import { Lines } from "./lines.ts";
import { printKey, printScalar, readScalar } from "./yaml-scalar.ts";

/**
 * A build-manifest in Tails' format, byte for byte as Tails' aggregator prints it with Perl's YAML::XS: sorted and
 * unique, no `origin_references` if there are none, no `source` if there is none. The one thing the aggregator
 * cannot print, a build without any binary package, is printed as `binary: []`.
 *
 * The result is a byte string: write it as `latin1`.
 *
 * @throws ManifestError for text that cannot stand in the format (see {@link printScalar}).
 */
export function printTails(manifest: BuildManifest): string {
  const { originReferences, packages } = normalize(manifest);
  const origins = originReferences.map(printOrigin);
  return [
    "---\n",
    ...(origins.length === 0 ? [] : ["origin_references:\n", ...origins]),
    "packages:\n",
    ...(packages.binary.length === 0
      ? ["  binary: []\n"]
      : ["  binary:\n", ...packages.binary.map(printBinary)]),
    ...(packages.source.length === 0 ? [] : ["  source:\n", ...packages.source.map(printSource)]),
  ].join("");
}

function printOrigin({ archive, reference }: OriginReference): string {
  return `  ${printKey(archive)}:\n    reference: ${printScalar(reference)}\n`;
}

function printBinary(entry: BinaryPackage): string {
  return `  - arch: ${printScalar(entry.arch)}\n    package: ${printScalar(entry.package)}\n    version: ${printScalar(entry.version)}\n`;
}

function printSource(entry: SourcePackage): string {
  return `  - package: ${printScalar(entry.package)}\n    version: ${printScalar(entry.version)}\n`;
}

/**
 * Reads exactly what {@link printTails} prints; also unsorted, and with numbers without quotes. Nothing else of
 * YAML is understood, so there is nothing to expand: the time is linear in the size, which is bounded.
 *
 * A file cut between two packages of its last list cannot be told from a whole one.
 *
 * @param file what errors call it.
 * @throws ManifestError for anything else.
 */
export function parseTails(bytes: Uint8Array, file: string): BuildManifest {
  const lines = new Lines(bytes, file);
  refuseCut(bytes, file);
  expect(lines, "---");
  const originReferences = skip(lines, "origin_references:") ? parseOrigins(lines) : [];
  expect(lines, "packages:");
  const binary = skip(lines, "  binary: []") ? [] : parseList(lines, "  binary:", parseBinary, binaryKey);
  const source = lines.peek() === null ? [] : parseList(lines, "  source:", parseSource, sourceKey);
  if (lines.peek() !== null) throw unexpected(lines, "the end of the file");
  return { originReferences, packages: { binary, source } };
}

const REMEDY = "give a build-manifest as Tails' build or `isotrace manifest --format tails` writes it";

function refuseCut(bytes: Uint8Array, file: string): void {
  if (bytes.at(-1) === 0x0a) return;
  const rule =
    bytes.length === 0 ? "must not be empty" : "must end with a line break: it was cut, or is no manifest";
  throw new ManifestError({ subject: file, rule, remedy: REMEDY });
}

function parseOrigins(lines: Lines): OriginReference[] {
  const origins: OriginReference[] = [];
  const seen = new Set<string>();
  while (origins.length === 0 || lines.peek()?.startsWith("  ")) {
    const place = lines.place;
    const key = /^ {2}([^ ].*):$/.exec(take(lines, "an archive's name"))?.[1];
    const archive = checked(ARCHIVE, unquote(key, place, "name of an archive"), place, REMEDY);
    refuseDuplicate(seen, archive, place);
    origins.push({ archive, reference: field(lines, "    ", "reference", REFERENCE) });
  }
  return origins;
}

function parseList<T>(
  lines: Lines,
  head: string,
  parse: (lines: Lines) => T,
  key: (entry: T) => string,
): T[] {
  expect(lines, head);
  const entries: T[] = [];
  const seen = new Set<string>();
  while (entries.length === 0 || lines.peek()?.startsWith("  - ")) {
    const place = lines.place;
    const entry = parse(lines);
    refuseDuplicate(seen, key(entry), place);
    entries.push(entry);
  }
  return entries;
}

function parseBinary(lines: Lines): BinaryPackage {
  const arch = field(lines, "  - ", "arch", ARCH);
  return {
    arch,
    package: field(lines, "    ", "package", PACKAGE),
    version: field(lines, "    ", "version", VERSION),
  };
}

function parseSource(lines: Lines): SourcePackage {
  const name = field(lines, "  - ", "package", PACKAGE);
  return { package: name, version: field(lines, "    ", "version", VERSION) };
}

function field(lines: Lines, indent: string, key: string, rule: FieldRule): string {
  const place = lines.place;
  const head = `${indent}${key}: `;
  const line = take(lines, JSON.stringify(`${head}...`));
  if (!line.startsWith(head)) throw expected(place, JSON.stringify(`${head}...`), line);
  return checked(rule, unquote(line.slice(head.length), place, key), place, REMEDY);
}

function unquote(printed: string | undefined, place: string, what: string): string {
  const value = printed === undefined ? null : readScalar(printed);
  if (value !== null) return value;
  throw new ManifestError({
    subject: place,
    rule: `the ${what} must be plain text or in single quotes (no anchor, alias, tag, list or escape of YAML)`,
    value: printed ?? "",
    remedy: REMEDY,
  });
}

function refuseDuplicate(seen: Set<string>, key: string, place: string): void {
  if (seen.has(key)) {
    throw new ManifestError({
      subject: place,
      rule: "must name a thing once",
      value: `${key} again`,
      remedy: REMEDY,
    });
  }
  seen.add(key);
}

function skip(lines: Lines, text: string): boolean {
  if (lines.peek() !== text) return false;
  lines.advance();
  return true;
}

function expect(lines: Lines, text: string): void {
  if (!skip(lines, text)) throw unexpected(lines, JSON.stringify(text));
}

function take(lines: Lines, what: string): string {
  const line = lines.peek();
  if (line === null) throw unexpected(lines, what);
  lines.advance();
  return line;
}

function unexpected(lines: Lines, what: string): ManifestError {
  return expected(lines.place, what, lines.peek());
}

function expected(place: string, what: string, line: string | null): ManifestError {
  const value = line ?? "the end of the file (it may have been cut)";
  return new ManifestError({ subject: place, rule: `must be ${what}`, value, remedy: REMEDY });
}
