import { type UrlPattern, urlPattern } from "./pattern.ts";

/** How an archive is called, and where its reference is, by its URI. */
export interface OriginRule {
  readonly match: UrlPattern;
  /** The archive's name; undefined: `{name}` of the pattern, else the last component of its path. */
  readonly name: string | undefined;
  /** The archive's reference; undefined: what the pattern has for it, else the state of the archive tells. */
  readonly reference: string | undefined;
  /** Somebody decided on it for this build: two archives that get one name by it are one. */
  readonly isConfigured: boolean;
}

/** What the rules say of an archive's URI. */
export interface Resolved {
  /** The URI itself, without the slashes at its end. */
  readonly whole: string;
  /** Without the snapshot's serial or time: the same for all states of the archive. */
  readonly uri: string;
  readonly name: string;
  /** Empty if the URI does not tell it. */
  readonly reference: string;
  readonly isNameConfigured: boolean;
}

/** The rules that hold where a build's own do not apply: the first that matches counts. */
const builtIn: readonly OriginRule[] = [
  // snapshot.debian.org and its mirrors (https://snapshot.debian.org/, "Usage").
  rule("**/archive/{name}/{time}"),
  rule("**/{name}/{time}"),
  // Tails: time-based.snapshots.deb.tails.boum.org/debian/2018041201, tagged.snapshots.deb.tails.boum.org/3.6.1/debian
  rule("**/{name}/{serial}"),
  rule("*://tagged.*/{tag}/{name}"),
  // Its path is empty: Debian's own name for it is that of its other mirrors.
  rule("*://security.debian.org", "debian-security"),
];

/** Resolves the URI of an archive, as sources.list(5) has it, by the first of these rules that fits, or a built-in one. */
export function resolveOrigin(uri: string, rules: readonly OriginRule[]): Resolved | undefined {
  const plain = plainUri(uri);
  if (plain === undefined) return undefined;
  for (const each of [...rules, ...builtIn]) {
    const captures = each.match(plain);
    if (captures === undefined) continue;
    return {
      whole: plain,
      uri: captures.archive,
      name: each.name ?? fileName(captures.name ?? lastComponent(captures.archive)),
      reference: each.reference ?? captures.reference ?? "",
      isNameConfigured: each.isConfigured && each.name !== undefined,
    };
  }
  const name = fileName(lastComponent(plain));
  return { whole: plain, uri: plain, name, reference: "", isNameConfigured: false };
}

/** A URI without the slashes at its end; undefined for one that is of no archive, or cannot be read. */
export function plainUri(text: string): string | undefined {
  const found = /^(?:file:\/+[^\s/]|[a-z][a-z0-9+.-]*:\/\/[^\s/])[!-~]*$/i.exec(text);
  return found?.[0].replace(/\/+$/, "");
}

function lastComponent(uri: string): string {
  return uri.slice(uri.lastIndexOf("/") + 1);
}

/** An archive's name is a directory in config/APT_snapshots.d. */
function fileName(name: string): string {
  return name.replace(/^\.+/, "").slice(0, 100) || "archive";
}

function rule(pattern: string, name?: string): OriginRule {
  return { match: urlPattern(pattern, pattern), name, reference: undefined, isConfigured: false };
}
