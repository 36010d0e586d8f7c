import { collectorUsage, takeCollectorOptions } from "../../collector/cli/collector-options.ts";
import { UsageError } from "../../collector/cli/usage-error.ts";

interface Command {
  name: string;
  summary: string;
  /** It takes a BUILD, which can be a collector's. */
  takesBuild?: true;
  /** It records a build, which goes on whoever reads what it prints. */
  records?: true;
  load(): Promise<{ usage: string; main(args: string[]): Promise<number> }>;
}

/** Every command, in the order of the help. */
const commands: readonly Command[] = [
  { name: "run", records: true, summary: "run a build and record it", load: () => import("./run.ts") },
  {
    name: "attach",
    records: true,
    summary: "record a build that something else runs",
    load: () => import("./attach.ts"),
  },
  {
    name: "analyze",
    takesBuild: true,
    summary: "make every report again from a recording",
    load: () => import("../../collector/cli/analyze.ts"),
  },
  {
    name: "manifest",
    takesBuild: true,
    summary: "print the build-manifest",
    load: () => import("../../collector/cli/manifest.ts"),
  },
  {
    name: "changelog",
    takesBuild: true,
    summary: "tell what changed from one build or build-manifest to another",
    load: () => import("../../collector/cli/changelog.ts"),
  },
  {
    name: "why",
    takesBuild: true,
    summary: "tell who wrote one file of the image, and why",
    load: () => import("../../collector/cli/why.ts"),
  },
  {
    name: "reproduce",
    summary: "build under variations, and find which of them a difference comes from",
    load: () => import("./reproduce.ts"),
  },
  {
    name: "collect",
    summary: "receive and keep the recordings of many builds",
    load: () => import("../../collector/cli/collect.ts"),
  },
  { name: "push", summary: "send a recording to a collector", load: () => import("./push.ts") },
  {
    name: "findings",
    takesBuild: true,
    summary: "tell what will differ in the next build, and because of what",
    load: () => import("../../collector/cli/findings.ts"),
  },
  {
    name: "diff",
    takesBuild: true,
    summary: "tell what differs between two builds, by cause",
    load: () => import("../../collector/cli/diff.ts"),
  },
  {
    name: "snapshot",
    summary: "frozen archives: build from a snapshot, keep what a release used, rebuild it",
    load: () => import("../../collector/cli/snapshot.ts"),
  },
  { name: "doctor", summary: "check what this machine can record", load: () => import("./doctor.ts") },
];

const help = `isotrace COMMAND ...

Records a Debian image build from outside, and says who wrote every file.

${commands.map(({ name, summary }) => `  ${name.padEnd(11)}${summary}`).join("\n")}

"isotrace COMMAND --help" tells more.
`;

/** The entry point: picks the command, prints what it throws as one line, and exits. */
async function main([name, ...args]: string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") {
    endWithReader();
    process.stdout.write(help);
    return 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const given = name === undefined ? "no command given" : `"${name}" is not a command`;
    throw new UsageError(`${given}; give one of ${commands.map((each) => each.name).join(", ")}`);
  }
  if (command.records) goOnUnread();
  else endWithReader();
  const { usage, main: run } = await command.load();
  const end = args.indexOf("--");
  if ((end < 0 ? args : args.slice(0, end)).includes("--help")) {
    process.stdout.write(command.takesBuild ? `${usage}\nWhere builds are:\n${collectorUsage}` : usage);
    return 0;
  }
  return run(command.takesBuild ? takeCollectorOptions(args, process.env) : args);
}

function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError || String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS")
  );
}

/** Who reads has what he wanted (`isotrace manifest BUILD | head`); while a build is recorded, that goes on unread. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

function goOnUnread(): void {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`isotrace: ${message.replaceAll("\n", " ")}\n`);
  if (process.env.ISOTRACE_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  process.exitCode = isUsage(error) ? 2 : 1;
}
