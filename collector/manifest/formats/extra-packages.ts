import { createRequire } from "node:module";
import type { BinaryPackage, BuildManifest, SourcePackage } from "../build-manifest.ts";
import type { Configured } from "../configured.ts";
import { ManifestError } from "../error.ts";
import { ARCH, checked, type FieldRule, PACKAGE, VERSION } from "../fields.ts";

/** Packages that a build is known to use and that no list has: written by hand, as Tails does. */
export interface ExtraPackages {
  readonly binary: readonly BinaryPackage[];
  readonly source: readonly SourcePackage[];
}

export const noExtraPackages: ExtraPackages = { binary: [], source: [] };

/** Where Tails keeps them, in the build directory. */
export const extraPackagesPath = "config/build-manifest-extra-packages.yml";

/** A file that is written by hand is never near it, and of a larger one the YAML parser can be made to work for minutes. */
export const mostExtraBytes = 64 << 10;

const REMEDY = "list packages.binary and packages.source, each of package, version, arch and explanation";

/** Those of the file that was recorded with a build. @throws ManifestError if that cannot be understood. */
export function recordedExtraPackages(configured: Configured): ExtraPackages {
  const [file] = configured.ofBuild(/^\/config\/build-manifest-extra-packages\.yml$/);
  if (file === undefined) return noExtraPackages;
  if (file.isCut) throw refusal(extraPackagesPath, "must be small enough to be recorded as a whole");
  return parseExtraPackages(Buffer.from(file.text, "latin1"), extraPackagesPath);
}

/**
 * Reads YAML of `packages.binary[]` and `packages.source[]`, each of `package`, `version`, `arch` (binary ones) and
 * `explanation`. All scalars are texts: a version 1.10 is not the number 1.1. Aliases are refused.
 *
 * @param file what errors call it.
 * @throws ManifestError
 */
export function parseExtraPackages(bytes: Uint8Array, file: string): ExtraPackages {
  const packages = member(parseYaml(bytes, file), "packages", file);
  const place = `${file}: packages`;
  return {
    binary: entriesOf(packages, "binary", place).map(([entry, subject]) => ({
      arch: field(entry, "arch", ARCH, subject),
      package: field(entry, "package", PACKAGE, subject),
      version: field(entry, "version", VERSION, subject),
    })),
    source: entriesOf(packages, "source", place).map(([entry, subject]) => ({
      package: field(entry, "package", PACKAGE, subject),
      version: field(entry, "version", VERSION, subject),
    })),
  };
}

export function withExtraPackages(manifest: BuildManifest, extra: ExtraPackages): BuildManifest {
  const { binary, source } = manifest.packages;
  return {
    ...manifest,
    packages: { binary: [...binary, ...extra.binary], source: [...source, ...extra.source] },
  };
}

function parseYaml(bytes: Uint8Array, file: string): unknown {
  if (bytes.length > mostExtraBytes) {
    throw refusal(file, `must be at most ${mostExtraBytes} bytes`, `${bytes.length} bytes`);
  }
  // Loaded here only: few builds have such a file, and it takes 30 ms.
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  try {
    return parse(Buffer.from(bytes).toString("utf8"), {
      schema: "failsafe",
      maxAliasCount: 0,
      logLevel: "error",
    });
  } catch (error) {
    throw refusal(file, "must be YAML, without aliases", (error as Error).message.split("\n")[0]!, error);
  }
}

function entriesOf(
  lists: unknown,
  name: string,
  place: string,
): [entry: Record<string, unknown>, subject: string][] {
  const list = member(lists, name, place);
  if (list === undefined || list === "") return [];
  if (!Array.isArray(list)) throw refusal(`${place}.${name}`, "must be a list", kindOf(list));
  return list.map((entry, i) => {
    const subject = `${place}.${name}[${i}]`;
    return [mapping(entry, subject), subject];
  });
}

function field(entry: Record<string, unknown>, name: string, rule: FieldRule, subject: string): string {
  const value = member(entry, name, subject);
  if (typeof value !== "string") throw refusal(`${subject}.${name}`, "must be a text", kindOf(value));
  return checked(rule, value, subject, REMEDY);
}

/** undefined where there is none. */
function member(value: unknown, name: string, subject: string): unknown {
  const found = mapping(value, subject);
  return Object.hasOwn(found, name) ? found[name] : undefined;
}

function mapping(value: unknown, subject: string): Record<string, unknown> {
  if (value === undefined || value === null || value === "") return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refusal(subject, "must be a mapping", kindOf(value));
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "missing";
  return Array.isArray(value) ? "a list" : "a mapping";
}

function refusal(subject: string, rule: string, value?: string, cause?: unknown): ManifestError {
  return new ManifestError({
    subject,
    rule,
    ...(value === undefined ? {} : { value }),
    remedy: REMEDY,
    cause,
  });
}
