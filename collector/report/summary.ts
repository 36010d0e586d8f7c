import { archiveAt } from "../manifest/archives.ts";
import { byteOrder } from "../manifest/build-manifest.ts";
import { manifestOf } from "../manifest/from-packages.ts";
import { places, type UsedPackage } from "../manifest/used-packages.ts";
import type { Build } from "../model/build.ts";
import { byteString, shown } from "../model/bytes.ts";
import { commandOf, lastEpoch } from "../model/process.ts";
import { writerKinds } from "../story/kind.ts";
import { commandLine } from "../story/names.ts";
import { connections } from "./connections.ts";
import { type ImageFigures, imageFigures } from "./image-figures.ts";
import type { Material, Report } from "./report.ts";

/** How many paths or packages a list of the summary names. */
const few = 10;

/** What there is to know of a build at a glance, in Markdown. */
export const summary: Report = {
  name: "summary.md",
  print: (material) => {
    const sections = [
      head(material.build),
      imageSection(material),
      packageSection(material),
      recordingSection(material.build),
      connectionSection(material),
    ];
    return [`${sections.flat().join("\n")}\n`];
  },
};

function head(build: Build): string[] {
  const { complete, causes } = build.causes();
  const command = commandLine(build.segments[0]?.command.map(byteString) ?? []);
  const lines = [`# ${complete ? "" : "INCOMPLETE: "}${verdict(build)}`, ""];
  if (!complete)
    lines.push("What is missing from this report:", "", ...causes.map((cause) => `- ${text(cause)}`), "");
  const duration = build.end === undefined ? "" : `, ${((build.end.time - build.begin) / 1e6).toFixed(1)} s`;
  lines.push(
    `Build ${code(build.id)}${command === "" ? "" : `: ${code(command)}`} in ${code(build.directory)}, begun ${build.clock.iso(build.begin)}${duration}.`,
  );
  return lines;
}

function verdict({ end }: Build): string {
  if (end === undefined) return "The recording ends before the build";
  const status = end.signal > 0 ? `signal ${end.signal}` : `status ${end.status}`;
  switch (end.outcome) {
    case "ended":
      return "The build ended well";
    case "failed":
      return `The build FAILED with ${status}`;
    case "interrupted":
      return `The build was INTERRUPTED (${status})`;
    default:
      end.outcome satisfies never;
      return `The build ended in a way that this version does not know`;
  }
}

function imageSection({ build, stories }: Material): string[] {
  const lines = ["", "## Image", ""];
  for (const { path, size, sha256, state, because } of build.images.filter((image) => image.of === "file")) {
    const fact =
      state === "failed"
        ? `could not be read: ${text(shown(because))}`
        : `${size} bytes, sha256 ${code(sha256)}`;
    lines.push(`- ${code(path)}: ${fact}`);
  }
  const trees = build.images.filter((image) => image.of !== "file");
  if (build.images.length === 0) lines.push("No image was made, or none was recorded.");
  for (const image of trees) {
    const figures = imageFigures(build, stories, image);
    const name = image.of === "binary" ? "Files beside it" : "File system";
    lines.push(
      `- ${name}, from ${code(image.path)}: ${figures.entries} entries, ${figures.files} regular files`,
      `  - by state: ${listed(figures.byRelation, [...figures.byRelation.keys()].sort(byteOrder))}`,
      `  - by last writer: ${listed(figures.byKind, writerKinds)}`,
      ...doubts(figures),
    );
  }
  return lines;
}

function doubts({ unattributed, uncertain, problems }: ImageFigures): string[] {
  return [
    `  - without a known writer, and not exactly their package's: ${named(unattributed)}`,
    `  - whose last writer is uncertain: ${named(uncertain)}`,
    `  - whose content is not certain: ${named(problems)}`,
  ];
}

function packageSection({ packages, archives }: Material): string[] {
  const { refused } = manifestOf(packages, archives);
  const withoutUri = packages.filter(({ uri }) => uri === "");
  const lines = ["", "## Packages", ""];
  const used = new Set(
    packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`),
  );
  lines.push(`${used.size} packages, counting each version once.`);
  const before = lines.length;
  for (const where of places) {
    const count = packages.filter((each) => each.where === where).length;
    if (count > 0) lines.push(`- ${systems[where]}: ${count}`);
  }
  const uris = new Set(packages.map(({ uri }) => uri).filter((uri) => uri !== ""));
  for (const archive of archives) {
    const { name, uri, reference } = archive;
    const count = [...uris].filter((each) => archiveAt(archives, each) === archive).length;
    lines.push(`- from archive ${code(name)} (${code(uri)}), reference ${code(reference)}: ${count}`);
  }
  if (withoutUri.length > 0) {
    lines.push(`- without a URI, so in no list of triplets: ${withoutUri.length}: ${few1(withoutUri)}`);
  }
  if (refused.length > 0)
    lines.push(`- that no build-manifest can hold: ${refused.length}: ${few1(refused)}`);
  if (lines.length > before) lines.splice(before, 0, "");
  return lines;
}

const systems: Record<UsedPackage["where"], string> = {
  image: "in the image",
  removed: "in the image's system, and removed before it was packed",
  builder: "in the builder's chroot",
  other: "in another system",
};

function recordingSection(build: Build): string[] {
  const kinds = [...build.counts.entries()].sort(([a], [b]) => byteOrder(a, b));
  const losses = build.damages.losses().reduce((sum, { count }) => sum + count, 0);
  return [
    "",
    "## Recording",
    "",
    `- events: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(", ")}`,
    `- lost: ${losses}`,
    ...leftRunning(build),
  ];
}

/** Daemons, mostly: a build that is packed by what it leaves behind would be recorded in part only. */
function leftRunning(build: Build): string[] {
  const running = build.end === undefined ? [] : build.processes.running();
  if (running.length === 0) return [];
  const commands = running.map((process) => {
    const last = commandOf(process, lastEpoch(process));
    return last === undefined ? "" : commandLine(last.argv).slice(0, 200);
  });
  return [
    `- still running when the build ended, so that what they did afterwards is not recorded: ${named([...new Set(commands)].sort(byteOrder))}`,
  ];
}

function connectionSection({ build, stories }: Material): string[] {
  const found = connections(build, stories);
  if (found.length === 0) return [];
  const lines = found.slice(0, 2 * few).map(({ address, port, program, script, count }) => {
    const by = script === null ? code(program) : `${code(program)} (${text(shown(script))})`;
    return `- ${address} port ${port}: ${count} by ${by}`;
  });
  const rest = found.length - lines.length;
  return [
    "",
    "## Connections not made by apt or debootstrap",
    "",
    ...lines,
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

function listed<K extends string>(counts: ReadonlyMap<K, number>, order: readonly K[]): string {
  const parts = order.filter((key) => counts.has(key)).map((key) => `${key} ${counts.get(key)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function named(paths: readonly string[]): string {
  if (paths.length === 0) return "0";
  const more = paths.length > few ? ", ..." : "";
  return `${paths.length}: ${paths.slice(0, few).map(code).join(", ")}${more}`;
}

function few1(packages: readonly UsedPackage[]): string {
  const names = [
    ...new Set(
      packages.map(({ name, version, uriUnknown }) => {
        const because = uriUnknown === "" ? "" : ` (${text(shown(uriUnknown))})`;
        return `${code(`${name} ${version}`)}${because}`;
      }),
    ),
  ];
  return `${names.slice(0, few).join(", ")}${names.length > few ? ", ..." : ""}`;
}

/** A byte string as code of Markdown, whatever it holds. */
function code(bytes: string): string {
  const line = shown(bytes);
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** Text in which nothing is Markdown or HTML. */
function text(line: string): string {
  return line.replace(/[\\`*_<>[\]]/g, "\\$&");
}
