import { shown } from "../../model/bytes.ts";
import { printable } from "../../nondeterminism/formats/phrases.ts";
import type { Reading, Spot } from "../content/reading.ts";
import type { Diff } from "../diff.ts";
import type { Difference, Explanation } from "../explain/difference.ts";
import type { PackageDifference } from "../packages.ts";
import { alignWriters } from "../writers.ts";

/** `3 paths differ of 31,484, because of 2 causes; 4 of them only since others do`. */
export function verdictText({ verdict, differences, comparison, causes, effects }: Diff): string {
  const of = `${number(comparison.compared)} paths`;
  switch (verdict) {
    case "same":
      return `THE SAME: all of ${of}`;
    case "unknown":
      return `NOT KNOWN: no difference is known in ${of}, but not everything could be compared`;
    case "differ": {
      const found = `DIFFERENT: ${number(differences.length)} of ${of}, from ${plural(causes.length, "cause")}`;
      return effects.length === 0
        ? found
        : `${found}; ${number(effects.length)} of them are only effects of the others`;
    }
    default:
      return verdict satisfies never;
  }
}

/** Why the comparison lacks something, one line each; empty if it does not. */
export function lacking({ a, b, comparison }: Diff): string[] {
  return [
    ...a.causes.map((cause) => `A: ${cause}`),
    ...b.causes.map((cause) => `B: ${cause}`),
    ...comparison.unknown,
  ];
}

/** `/etc/x -> /etc/y` where only the name differs; what of it differs. */
export function pathText({
  path,
  presence,
  counterpart,
  aspects,
  explanations: [first],
}: Difference): string {
  if (counterpart !== undefined && presence === "A") return `${shown(path)} in A, ${shown(counterpart)} in B`;
  if (presence !== "both") return `${shown(path)} in ${presence} only`;
  const isPlain =
    first?.source === "file-metadata" || aspects.every((each) => each === "content" || each === "mtime");
  return isPlain ? shown(path) : `${shown(path)} (${aspects.join(", ")})`;
}

/** `line 3: "a" and "b": time, ISO 8601`; undefined if no place is known. */
export function placeText({ readings }: Explanation): string | undefined {
  const [first] = readings;
  if (first === undefined) return undefined;
  const { within, meaning, a, b } = first;
  const inside = within.length === 0 ? "" : `in ${within.map(shown).join(" / ")} `;
  const bytes = [a, b].map((spot) => (spot === undefined ? "nothing" : quoted(spot)));
  const what = meaning === "" ? "" : `: ${printable(meaning)}`;
  const rest = readings.length - 1;
  const others = rest > 0 ? `; ${plural(rest, "more place")}` : "";
  return `${inside}${whereText(first)}${bytes.join(" and ")}${what}${others}`;
}

function whereText({ a, b }: Reading): string {
  const spot = a ?? b;
  if (spot === undefined) return "";
  return spot.line !== undefined ? `line ${spot.line}: ` : `at 0x${spot.offset.toString(16)}: `;
}

const widest = 48;

function quoted({ bytes }: Spot): string {
  const text = shown(bytes);
  return `"${text.length > widest ? `${text.slice(0, widest - 1)}…` : text}"`;
}

/** The writer's command and what it ran for, of the build that has it. */
export function writerText({ presence, a, b }: Difference): string | undefined {
  const [first] = alignWriters(a.writers, b.writers);
  const command = first?.writer.chain[0];
  if (first === undefined || command === undefined) return undefined;
  const script = first.writer.maintainerScript === null ? "" : ` for ${shown(first.writer.maintainerScript)}`;
  const only = first.in === "both" || presence !== "both" ? "" : `, in ${first.in} only`;
  const line = shown(command);
  return `${line.length > 100 ? `${line.slice(0, 99)}…` : line}${script}${only}`;
}

/** `openssl:amd64 3.0.1 -> 3.0.2 in the image`. */
export function packageText({ name, architecture, a, b, where }: PackageDifference): string {
  const versions = (list: readonly string[]) => (list.length === 0 ? "none" : list.map(shown).join(", "));
  const full = architecture === "" ? name : `${name}:${architecture}`;
  return `${shown(full)} ${versions(a)} -> ${versions(b)} (${places[where]})`;
}

const places: Record<PackageDifference["where"], string> = {
  image: "in the image",
  removed: "removed before the image was packed",
  builder: "in the builder's chroot",
  other: "in another system",
};

export function plural(count: number, thing: string): string {
  return `${number(count)} ${thing}${count === 1 ? "" : "s"}`;
}

export function number(value: number): string {
  return value.toLocaleString("en-US");
}
