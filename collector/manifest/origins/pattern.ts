import { ManifestError } from "../error.ts";

/** What a URL pattern's placeholders stood for. */
export interface Captures {
  readonly name: string | undefined;
  readonly reference: string | undefined;
  /** The URI without the component that holds the reference, where that is the last; else the whole. */
  readonly archive: string;
}

export type UrlPattern = (uri: string) => Captures | undefined;

/** Longer URIs and patterns than anyone has: what is matched comes from a recording. */
const mostPattern = 500;
const mostUri = 2000;

/** What each placeholder stands for: always within one component of the path. */
const placeholders: Readonly<Record<string, string>> = {
  name: "[^/]+",
  tag: "[^/]+",
  // Tails' serials: YYYYMMDDNN.
  serial: "\\d{10}",
  // snapshot.debian.org's times.
  time: "\\d{8}T\\d{6}Z",
};

/**
 * Compiles a pattern for archives' URIs, which are compared without a slash at their end: `*` is any text within a
 * component, `**` at the beginning any number of components, `{name}` the archive's name, and `{serial}`
 * (YYYYMMDDNN), `{time}` (YYYYMMDDTHHMMSSZ) or `{tag}` its reference.
 *
 * @param subject what an error calls the pattern.
 * @throws ManifestError if it is none.
 */
export function urlPattern(text: string, subject: string): UrlPattern {
  const refuse = (rule: string) => {
    const remedy = "write it like http://snapshots.example.org/{name}/{serial}";
    return new ManifestError({ subject, rule, value: text, remedy });
  };
  if (text.length > mostPattern) throw refuse(`must be at most ${mostPattern} characters long`);
  const anywhere = text.startsWith("**/");
  const components = (anywhere ? text.slice(3) : text).replace(/\/+$/, "").split("/");
  const matchers = components.map((component) => matcherOf(component, refuse));
  const names = matchers.flatMap(({ names }) => names);
  if (new Set(names).size < names.length || names.filter((name) => name !== "name").length > 1)
    throw refuse("may have {name} once, and one of {serial}, {time} and {tag}");
  return (uri) => (uri.length > mostUri ? undefined : match(uri, matchers, anywhere));
}

interface Matcher {
  readonly names: readonly string[];
  readonly pattern: RegExp;
}

// A component is matched by itself: so the work of a pattern with many `*` stays small on whatever URI.
function matcherOf(component: string, refuse: (rule: string) => ManifestError): Matcher {
  const names: string[] = [];
  const parts = component.split(/(\{[^}]*\}|\*+)/).map((part) => {
    if (part === "*") return "[^/]*";
    if (part.startsWith("*")) throw refuse("may have ** at its beginning only");
    if (!part.startsWith("{")) return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const name = part.slice(1, -1);
    const meaning = placeholders[name];
    if (meaning === undefined) throw refuse("may have {name}, {serial}, {time} and {tag} only");
    names.push(name);
    return `(${meaning})`;
  });
  if (parts.filter((part) => part === "[^/]*").length > 3)
    throw refuse("may have * three times between two slashes");
  return { names, pattern: new RegExp(`^${parts.join("")}$`, "i") };
}

function match(uri: string, matchers: readonly Matcher[], anywhere: boolean): Captures | undefined {
  const components = uri.split("/");
  const skipped = components.length - matchers.length;
  if (skipped < 0 || (skipped > 0 && !anywhere)) return undefined;
  const captured = new Map<string, string>();
  for (const [i, { names, pattern }] of matchers.entries()) {
    const found = pattern.exec(components[skipped + i]!);
    if (found === null) return undefined;
    for (const [j, name] of names.entries()) captured.set(name, found[j + 1]!);
  }
  const reference = captured.get("serial") ?? captured.get("time") ?? captured.get("tag");
  const isLast = reference !== undefined && components.at(-1) === reference;
  return {
    name: captured.get("name"),
    reference,
    archive: isLast ? components.slice(0, -1).join("/") : uri,
  };
}
