/** One of the words that name packages on a command line of apt-get, apt or aptitude. */
export type Word =
  | {
      readonly kind: "name";
      readonly name: string;
      /** Empty if not given. */
      readonly architecture: string;
      readonly version: string;
      readonly suite: string;
      /** `NAME-`: not to be installed. */
      readonly isRemoval: boolean;
    }
  | { readonly kind: "task"; readonly task: string }
  /** A package's file; its last name. */
  | { readonly kind: "file"; readonly file: string }
  /** A glob or regular expression, or a pattern of apt-patterns(7) or aptitude. */
  | { readonly kind: "pattern"; readonly pattern: string };

/**
 * NAME, NAME:ARCH, NAME=VERSION, NAME/SUITE, NAME+, NAME-, TASK^, ./FILE.deb and patterns (apt-get(8), "install").
 *
 * @param isKnown whether a package has that name: `g++` and `foo-` may be names as they are.
 */
export function wordOf(text: string, isKnown: (name: string) => boolean): Word {
  if (/^[~?!]/.test(text)) return { kind: "pattern", pattern: text };
  if (/\.(deb|dsc|changes)$/.test(text) && text.includes("/"))
    return { kind: "file", file: text.slice(text.lastIndexOf("/") + 1) };
  if (text.endsWith("^")) return { kind: "task", task: text.slice(0, -1) };
  const found = /^([^:=/]+)(?::([^=/]+))?(?:=(.*)|\/(.*))?$/.exec(text);
  if (found === null || /[*?[\]()|$^]/.test(found[1]!)) return { kind: "pattern", pattern: text };
  const [, full = "", architecture = "", version = "", suite = ""] = found;
  // What ends a name may end the version or suite in its place.
  const end = isKnown(full) ? "" : (/[+-]$/.exec(full)?.[0] ?? "");
  // A name with dots that is no package's is a regular expression to apt-get.
  if (end === "" && full.includes(".") && !isKnown(full)) return { kind: "pattern", pattern: text };
  const name = end === "" ? full : full.slice(0, -1);
  return { kind: "name", name, architecture, version, suite, isRemoval: end === "-" };
}
