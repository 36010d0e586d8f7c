import type { Facts } from "../../nondeterminism/facts.ts";
import { withoutSecrets } from "../../nondeterminism/network/secrets.ts";
import { commandLine } from "../../story/names.ts";

/** Longer commands are told apart, and shown, by their beginning. */
const widest = 400;
const mostWords = 100;

/** A command line that may be shown: without secrets, and cut. */
export function commandText(argv: readonly string[]): string {
  const words = argv.slice(0, mostWords).map((word) => word.slice(0, widest));
  return commandLine(withoutSecrets(words)).slice(0, widest);
}

/** Tells what a command is in every build: its arguments without what one build has of its own. */
export class Identities {
  readonly #facts: readonly { readonly name: string; readonly value: string }[];

  constructor(facts: Facts) {
    this.#facts = replaceable(facts);
  }

  /** Without process numbers, names of temporary files, times and random values, facts of the build, and secrets. */
  of(argv: readonly string[]): string {
    let line = commandText(argv);
    for (const { name, value } of this.#facts) if (line.includes(value)) line = withName(line, value, name);
    return line
      .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, "UUID")
      .replace(/(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])/gi, "HEX")
      .replace(/\/tmp\/[^/\s']+/g, "/tmp/NAME")
      .replace(/(?<![0-9a-z])te?mp[._-]?[0-9a-z_]{6,12}(?![0-9a-z])/gi, "TEMPORARY")
      .replace(/\.[0-9a-z]{6}(?:[0-9a-z]{4})?(?![0-9a-z.])/gi, mixedSuffix)
      .replace(/\d{1,2}:\d\d(?::\d\d)?/g, "TIME")
      .replace(/(?<![\w.:-])\d{3,}(?![\w.-])|\d{8,}/g, "NUMBER");
  }
}

/** Shorter values, and those that every system has, stand in a command for other reasons. */
const shortest = 3;
const common: ReadonlySet<string> = new Set(["root", "UTC", "/root", "linux", "localhost"]);

/** The longest first: a home holds the user's name. */
function replaceable(facts: Facts): { name: string; value: string }[] {
  const all = [
    { name: "BUILD", value: facts.directory },
    { name: "HOST", value: facts.hostName },
    { name: "KERNEL", value: facts.kernel },
    ...[...facts.environment].map(([name, value]) => ({ name: `$${name}`, value })),
  ];
  const usable = all.filter(({ value }) => value.length >= shortest && !common.has(value));
  return usable.sort((a, b) => b.value.length - a.value.length);
}

function withName(line: string, value: string, name: string): string {
  const word = /[A-Za-z0-9]/;
  let found = "";
  let from = 0;
  for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + value.length)) {
    const end = at + value.length;
    if (word.test(line[at - 1] ?? "") || word.test(line[end] ?? "")) continue;
    found += line.slice(from, at) + name;
    from = end;
  }
  return found + line.slice(from);
}

/** mktemp(1) makes suffixes of letters in both cases and digits: `.conf.d` or `.service` are no such thing. */
function mixedSuffix(suffix: string): string {
  return /[A-Z0-9]/.test(suffix) ? ".SUFFIX" : suffix;
}
