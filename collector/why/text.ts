import type { Build } from "../model/build.ts";
import { shown } from "../model/bytes.ts";
import { commandLine } from "../story/names.ts";
import type { PackageName } from "../story/versions.ts";
import type { Writer } from "../story/writers.ts";
import type { Why } from "./why.ts";

/** How the text is coloured; each is the identity where there is no colour. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly alert: (text: string) => string;
}

export const plain: Paint = { strong: (text) => text, faint: (text) => text, alert: (text) => text };
export const colour: Paint = {
  strong: (text) => `\u001b[1m${text}\u001b[0m`,
  faint: (text) => `\u001b[2m${text}\u001b[0m`,
  alert: (text) => `\u001b[31m${text}\u001b[0m`,
};

/** Commands are cut here for a person; the JSON has all of them. */
const widest = 160;
/** Writers shown; the JSON has all of them. */
const mostWriters = 12;

/** The story of a path for a person. */
export function whyText(build: Build, found: Why, paint: Paint): string {
  const { resolved, writers } = found;
  const { complete, causes } = build.causes();
  const lines = [
    ...(complete ? [] : [paint.alert("INCOMPLETE recording:"), ...causes.map((cause) => `  ${cause}`)]),
    paint.strong(shown(resolved.path)),
    ...resolved.through.map(({ link, target }) => `  through the link ${shown(link)} -> ${shown(target)}`),
    `  ${stateLine(found)}`,
    ...(resolved.entry?.problem ? [`  not certain: ${shown(resolved.entry.problem)}`] : []),
  ];
  if (writers.length === 0) lines.push("  no writer is known");
  for (const writer of writers.slice(0, mostWriters)) lines.push("", ...writerLines(build, writer, paint));
  const rest = writers.length - mostWriters;
  if (rest > 0) lines.push("", `  and ${rest} earlier writers: see --format json`);
  return `${lines.join("\n")}\n`;
}

function stateLine({ state, stateFrom, package: owner }: Why): string {
  const name = owner === null ? "its package" : nameOf(owner);
  const by = stateFrom === "history" ? ", judged by its writers" : "";
  switch (state) {
    case "shipped":
      return `shipped: as ${name} ships it${by}`;
    case "changed":
      return `changed: a file of ${name} that something else wrote to${by}`;
    case "generated":
      return `generated: no package ships it${by}`;
    case "absent":
      return "absent: not in the image";
    default:
      return state satisfies never;
  }
}

function writerLines(build: Build, writer: Writer, paint: Paint): string[] {
  const { story } = writer;
  const seconds = ((writer.time - build.begin) / 1e6).toFixed(3);
  const lines = [
    `  ${paint.strong(writer.operation)}${otherNames(writer)} ${paint.faint(`at ${build.clock.iso(writer.time)} (second ${seconds})`)}`,
  ];
  if (writer.isOfEarlierFile) lines.push("    of the file that was here before");
  if (writer.isOfOriginal) lines.push("    of the file that this one was copied from");
  if (writer.isUncertain) lines.push("    uncertain: another process could have been meant");
  if (writer.unknown !== undefined)
    return [...lines, `    by an unknown writer: ${unknowns[writer.unknown]}`];
  const facts: [string, string | null][] = [
    ["package", writer.package === null ? null : nameOf(writer.package)],
    ["script", story.maintainerScript?.label ?? null],
    ["hook", story.hook],
    ["run", story.run],
    ["stage", story.stage === null ? story.script : `${story.stage} (${story.script})`],
  ];
  for (const [label, value] of facts) {
    if (value !== null) lines.push(`    ${label.padEnd(8)}${cut(value)}`);
  }
  lines.push(`    by`);
  for (const [depth, { argv }] of story.chain.entries()) {
    lines.push(`      ${"  ".repeat(Math.min(depth, 20))}${cut(commandLine(argv))}`);
  }
  if (story.chain.length === 0) lines.push("      a process whose command is not known");
  return lines;
}

const unknowns: Record<NonNullable<Writer["unknown"]>, string> = {
  found: "it was there when the recording began",
  gap: "it happened while nothing was recorded",
  "not seen": "the event names none",
};

function otherNames({ names }: Writer): string {
  return names.length === 0 ? "" : ` (also as ${names.map(shown).join(", ")})`;
}

function nameOf({ name, version, architecture }: PackageName): string {
  return [`${name}${architecture === "" ? "" : `:${architecture}`}`, version]
    .filter((part) => part !== "")
    .join(" ");
}

function cut(text: string): string {
  const line = shown(text);
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
