import { createRequire } from "node:module";
import { ManifestError } from "../error.ts";
import { ARCHIVE, checked, REFERENCE } from "../fields.ts";
import { urlPattern } from "./pattern.ts";
import type { OriginRule } from "./rules.ts";

const mostBytes = 64 << 10;
const mostRules = 200;
const remedy =
  "write it like: origins: [{match: 'http://HOST/{name}/{serial}'}, {match: 'http://HOST/debian', name: debian}]";
const keys: ReadonlySet<string> = new Set(["match", "name", "reference"]);

/**
 * The rules of a file like this one, in YAML:
 *
 *     origins:
 *       - match: http://mirror.example.org/debian
 *         name: debian
 *       - match: http://frozen.example.org/{name}/{serial}/
 *       - match: http://pinned.example.org/debian
 *         reference: "2024-01"
 *
 * `match` is a URL pattern ({@link urlPattern}); `name` and `reference` take the place of what the pattern says.
 *
 * @param file what errors call it.
 * @throws ManifestError naming the place and what to do.
 */
export function parseOriginRules(bytes: Uint8Array, file: string): OriginRule[] {
  const rules = listOf(parseYaml(bytes, file), file);
  return rules.map((entry, i) => ruleOf(entry, `${file}, rule ${i + 1}`));
}

function parseYaml(bytes: Uint8Array, file: string): unknown {
  const refuse = (rule: string, cause?: unknown) => new ManifestError({ subject: file, rule, remedy, cause });
  if (bytes.length > mostBytes) throw refuse(`must be at most ${mostBytes} bytes`);
  // Loaded here only: few builds have such a file, and it takes 30 ms.
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  try {
    return parse(Buffer.from(bytes).toString("utf8"), { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    throw refuse(`must be YAML (${(error as Error).message.split(/:?\n/)[0]})`, error);
  }
}

function listOf(document: unknown, file: string): unknown[] {
  const list = isRecord(document) ? document.origins : undefined;
  const isOnly = isRecord(document) && Object.keys(document).length === 1;
  if (isOnly && Array.isArray(list) && list.length <= mostRules) return list;
  throw new ManifestError({
    subject: file,
    rule: `must have one key, origins, with a list of at most ${mostRules} rules`,
    remedy,
  });
}

function ruleOf(entry: unknown, subject: string): OriginRule {
  const refuse = (rule: string, value?: string) => {
    const remedy = "give match, and name or reference where the pattern does not tell them";
    return new ManifestError({ subject, rule, remedy, ...(value === undefined ? {} : { value }) });
  };
  if (!isRecord(entry)) throw refuse("must have keys");
  const unknown = Object.keys(entry).find((key) => !keys.has(key));
  if (unknown !== undefined) throw refuse("may have the keys match, name and reference", unknown);
  const { match, name, reference } = entry;
  if (typeof match !== "string") throw refuse("must have match, a text");
  // YAML reads 2024010102 as a number: it is one of the few texts that people leave without quotes.
  const given = typeof reference === "number" ? String(reference) : reference;
  return {
    match: urlPattern(match, subject),
    name:
      name === undefined
        ? undefined
        : checked(ARCHIVE, textOf(name, refuse), subject, "give another text, in quotes"),
    reference:
      given === undefined
        ? undefined
        : checked(REFERENCE, textOf(given, refuse), subject, "give another text, in quotes"),
    isConfigured: true,
  };
}

function textOf(value: unknown, refuse: (rule: string, value?: string) => ManifestError): string {
  if (typeof value === "string") return value;
  throw refuse("name and reference must be texts", JSON.stringify(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
