import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { SnapshotError } from "./error.ts";
import type { Layout } from "./layout.ts";

/** What `instance.yml` says. */
export interface Instance {
  /** Of the key that signs: a person reads it in apt's messages. */
  readonly name: string;
  /** How many days a snapshot is valid. */
  readonly days: number;
  readonly archives: readonly ArchiveConfig[];
}

export interface ArchiveConfig {
  readonly name: string;
  readonly url: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly sources: boolean;
  /** Names of sources that upstream lists and does not have: they are not mirrored, and a tag goes without them. */
  readonly lacking: readonly string[];
  /** The keys that upstream signs with: an absolute path. */
  readonly keyring: string;
  /** Files that name the packages to mirror, absolute paths; undefined: all. */
  readonly filter: Filter | undefined;
}

export interface Filter {
  /** A name on each line. */
  readonly packages: string | undefined;
  readonly manifest: string | undefined;
}

export const archivePattern = /^[a-z0-9][a-z0-9.+-]{0,99}$/;
const suite = /^[a-z0-9][a-z0-9.+~-]{0,99}$/;
const word = /^[a-z0-9][a-z0-9.+-]{0,99}$/;
const url = /^(?:https?:\/\/|file:\/)[!-~]+$/;
const mostBytes = 1 << 20;
const mostDays = 3650;

const remedy =
  "write it like: archives: [{name: debian, url: 'http://deb.debian.org/debian', suites: [bookworm], components: [main], architectures: [amd64], keyring: /usr/share/keyrings/debian-archive-keyring.gpg}]";

/** @throws SnapshotError naming the place and what to write there. */
export function readInstance(layout: Layout): Instance {
  return parseInstance(read(layout.instance), layout.instance);
}

export function parseInstance(text: string, file: string): Instance {
  const place = new Place(parseYaml(text, file), file);
  const archives = place.list("archives").map(archiveOf);
  const twice = archives.find(({ name }, i) => archives.findIndex((each) => each.name === name) < i);
  if (twice !== undefined) throw refusal(file, "must name an archive once", twice.name);
  const days = place.optional("days") ?? 10;
  if (typeof days !== "number" || !(days > 0 && days <= mostDays))
    throw refusal(`${file}, days`, `must be a number above 0, at most ${mostDays}`, JSON.stringify(days));
  place.refuseOthers(["name", "days", "archives"]);
  return {
    name: place.has("name") ? place.text("name", /^[^\n<>()]{1,100}$/) : "Isotrace snapshots",
    days,
    archives,
  };
}

function archiveOf(place: Place): ArchiveConfig {
  const filter = place.has("filter") ? filterOf(place.inside("filter")) : undefined;
  place.refuseOthers([
    "name",
    "url",
    "suites",
    "components",
    "architectures",
    "sources",
    "lacking",
    "keyring",
    "filter",
  ]);
  return {
    name: place.text("name", archivePattern),
    url: place.text("url", url).replace(/\/+$/, ""),
    suites: place.texts("suites", suite),
    components: place.texts("components", word),
    architectures: place.texts("architectures", word),
    sources: place.flag("sources", true),
    lacking: place.has("lacking") ? place.texts("lacking", word) : [],
    keyring: place.path("keyring"),
    filter,
  };
}

function filterOf(place: Place): Filter {
  place.refuseOthers(["packages", "manifest"]);
  return {
    packages: place.has("packages") ? place.path("packages") : undefined,
    manifest: place.has("manifest") ? place.path("manifest") : undefined,
  };
}

/** A mapping of the file, and how errors call it. */
class Place {
  readonly #value: Record<string, unknown>;
  readonly #name: string;
  readonly #file: string;

  constructor(value: unknown, name: string, file = name) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refusal(name, "must have keys", JSON.stringify(value));
    this.#value = value as Record<string, unknown>;
    this.#name = name;
    this.#file = file;
  }

  has(key: string): boolean {
    return this.optional(key) !== undefined;
  }

  optional(key: string): unknown {
    return Object.hasOwn(this.#value, key) ? this.#value[key] : undefined;
  }

  inside(key: string): Place {
    return new Place(this.optional(key), `${this.#name}, ${key}`, this.#file);
  }

  list(key: string): Place[] {
    return this.#list(key).map((each, i) => new Place(each, `${this.#name}, ${key}, ${i + 1}`, this.#file));
  }

  text(key: string, pattern: RegExp): string {
    return this.#checked(this.optional(key), key, pattern);
  }

  texts(key: string, pattern: RegExp): string[] {
    return [...new Set(this.#list(key).map((each) => this.#checked(each, key, pattern)))];
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.optional(key) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw refusal(`${this.#name}, ${key}`, "must be true or false", JSON.stringify(value));
  }

  /** Relative to the file. */
  path(key: string): string {
    return resolve(dirname(this.#file), this.text(key, /^[^\n]+$/));
  }

  refuseOthers(known: readonly string[]): void {
    const other = Object.keys(this.#value).find((key) => !known.includes(key));
    if (other !== undefined) throw refusal(this.#name, `may have the keys ${known.join(", ")}`, other);
  }

  #list(key: string): unknown[] {
    const value = this.optional(key);
    if (Array.isArray(value) && value.length > 0) return value;
    throw refusal(
      `${this.#name}, ${key}`,
      "must be a list with something in it",
      JSON.stringify(value) ?? "missing",
    );
  }

  #checked(value: unknown, key: string, pattern: RegExp): string {
    if (typeof value === "string" && pattern.test(value)) return value;
    throw refusal(`${this.#name}, ${key}`, `must match ${pattern.source}`, String(value ?? "missing"));
  }
}

function parseYaml(text: string, file: string): unknown {
  if (text.length > mostBytes) throw refusal(file, `must be at most ${mostBytes} bytes`, String(text.length));
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    throw refusal(file, "must be YAML, without aliases", (error as Error).message.split("\n")[0]!, error);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const value = (error as NodeJS.ErrnoException).code ?? String(error);
    throw refusal(file, "must say what to mirror", value, error);
  }
}

function refusal(subject: string, rule: string, value: string, cause?: unknown): SnapshotError {
  return new SnapshotError({ subject, rule, value, remedy, cause });
}
