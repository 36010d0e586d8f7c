import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import { sha256 } from "../lib/hash.ts";
import { epoch, freshBuild, imageOf } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { checkout, isotrace } from "../lib/paths.ts";
import { showProgress } from "./progress.ts";

const directory = join(checkout, "demo/build");

/** Builds the minimal image under Isotrace and shows what that gives. */
async function demo(): Promise<number> {
  const mirror = await findMirror();
  await freshBuild("minimal", directory);
  print(`Building a minimal bookworm image in ${shown(directory)}, with packages from ${mirror}:\n`);
  const status = await build(mirror);
  const reports = join(directory, "isotrace/latest");
  if (status !== 0) {
    print(`\nThe build failed with status ${status}: read ${shown(join(reports, "build.log"))}`);
    return status;
  }
  await summarize(reports);
  return 0;
}

async function build(mirror: string): Promise<number> {
  // Ctrl-C reaches the build by itself; this process stays to say how it ended.
  process.on("SIGINT", () => {});
  const run = execa(isotrace, ["run", "--", "lb", "build"], {
    cwd: directory,
    env: { MIRROR: mirror, SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? epoch },
    stdin: "ignore",
    stderr: "pipe",
    all: true,
    buffer: false,
    reject: false,
  });
  await showProgress(run.iterable({ from: "all" }));
  const { exitCode } = await run;
  return exitCode ?? 1;
}

async function summarize(reports: string): Promise<void> {
  const image = imageOf(directory);
  const size = (statSync(image).size / 1e6).toFixed(1);
  print(`\nImage    ${shown(image)}, ${size} MB\nsha256   ${await sha256(image)}\n`);
  print(readFileSync(join(reports, "summary.md"), "utf8").trimEnd());
  print(`\nReports in ${shown(reports)}:`);
  for (const path of filesBelow(reports)) print(`  ${shown(path)}`);
  print(`
Try next:
  npx isotrace why ${shown(reports)} /etc/ld.so.cache
  npx isotrace why ${shown(reports)} /usr/bin/dpkg
  npx isotrace manifest ${shown(reports)} --format json`);
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function shown(path: string): string {
  return relative(checkout, path);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  process.exitCode = await demo();
} catch (error) {
  process.stderr.write(`demo: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
