import type { Facts } from "../../nondeterminism/facts.ts";
import type { Source } from "../../nondeterminism/source.ts";

/** A fact of the builds that is not the same in both. The values are byte strings. */
export interface FactPair {
  readonly source: Source;
  /** `host name`, `variable LANG` */
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** Shorter values stand in a file by chance; how many processors there are is a number that is looked for as one. */
const shortest = 2;

/** The facts that differ, the longest first: a home holds the user's name, and a build directory may hold the host's. */
export function factPairs(a: Facts, b: Facts): FactPair[] {
  const pairs: FactPair[] = [
    { source: "build-path", what: "build directory", a: a.directory, b: b.directory },
    { source: "hostname", what: "host name", a: a.hostName, b: b.hostName },
    { source: "hostname", what: "host name", a: shortName(a.hostName), b: shortName(b.hostName) },
    { source: "kernel", what: "kernel's version", a: a.kernelVersion, b: b.kernelVersion },
    { source: "kernel", what: "kernel's release", a: a.kernel, b: b.kernel },
    { source: "username", what: "user's name", a: a.user, b: b.user },
    { source: "timezone", what: "time zone", a: a.timezone, b: b.timezone },
    { source: "cpu", what: "processor's model", a: a.cpuModel, b: b.cpuModel },
  ];
  for (const [name, value] of a.environment) {
    const other = b.environment.get(name) ?? "";
    pairs.push({ source: sourceOf(name), what: `variable ${name}`, a: value, b: other });
  }
  const usable = pairs.filter(
    (each) => each.a !== each.b && each.a.length >= shortest && each.b.length >= shortest,
  );
  return usable.sort((one, other) => other.a.length + other.b.length - one.a.length - one.b.length);
}

function shortName(host: string): string {
  return host.split(".")[0]!;
}

function sourceOf(variable: string): Source {
  if (/^(LANG|LANGUAGE|LC_.*)$/.test(variable)) return "locale";
  if (variable === "TZ") return "timezone";
  if (/^(USER|LOGNAME|USERNAME|SUDO_USER)$/.test(variable)) return "username";
  if (/^(HOSTNAME|HOST)$/.test(variable)) return "hostname";
  return /^(OLD)?PWD$/.test(variable) ? "build-path" : "environment";
}
