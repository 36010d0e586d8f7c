import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildEnvironment, type Configuration, freshBuild, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { observe, report } from "../lib/observe.ts";
import { workspace } from "../lib/paths.ts";
import { unattributedFiles } from "./writers/unattributed.ts";
import { unpackedFiles } from "./writers/unpacked.ts";

const usage = `npm run check:writers [-- --only minimal|realistic] [--keep]

Builds the example configurations under Isotrace: every regular file of the images must have a writer, or be exactly
its package's; what was unpacked must be said to be of its package; and the writer of the realistic image's Java key
store must be the right one.
--keep leaves the builds and the reports where they are.
`;

interface WhyJson {
  writers: {
    package: { name: string; version: string } | null;
    maintainerScript: string | null;
    script: string | null;
    command: string[];
    chain: { command: string[] }[];
  }[];
}

const keyStore = "/etc/ssl/certs/java/cacerts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string" }, keep: { type: "boolean", default: false } },
  });
  const configurations = (["minimal", "realistic"] as const).filter(
    (name) => values.only === undefined || values.only === name,
  );
  if (configurations.length === 0) {
    process.stderr.write(usage);
    return 2;
  }
  let faults = 0;
  for (const configuration of configurations) faults += await check(configuration, values.keep);
  print(faults === 0 ? "\nevery writer is known" : `\nFAILED: ${faults}`);
  return faults === 0 ? 0 : 1;
}

/** @returns how many faults there are. */
async function check(configuration: Configuration, keep: boolean): Promise<number> {
  const home = join(workspace, "writers", configuration);
  const [build, out] = [join(home, "build"), join(home, "out")];
  await freshBuild(configuration, build);
  const start = performance.now();
  const { status, output } = await observe(["lb", "build"], build, out, buildEnvironment(await findMirror()));
  if (status !== 0) {
    print(`${output.slice(-2000)}\n${configuration}: the build failed with status ${status}`);
    return 1;
  }
  print(`${configuration}: built in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  print(readFileSync(join(out, "summary.md"), "utf8"));
  const { files, unattributed } = unattributedFiles(join(out, "recording.isotrace"));
  print(`regular files: ${files}; neither with a writer nor exactly their package's: ${unattributed.length}`);
  for (const path of unattributed.slice(0, 20)) print(`  ${path}`);
  const unpacked = await unpackedFiles(join(out, "recording.isotrace"), join(build, "chroot"));
  print(
    `unpacked files: ${unpacked.files}; said to be of another package or version: ${unpacked.wrong.length}`,
  );
  for (const line of unpacked.wrong.slice(0, 20)) print(`  ${line}`);
  const wrong =
    configuration === "realistic" ? wrongKeyStore(await report<WhyJson>("why", out, keyStore)) : [];
  for (const line of wrong) print(`  ${keyStore}: ${line}`);
  if (!keep) await removeBuild(home);
  return unattributed.length + unpacked.wrong.length + wrong.length;
}

/** What is not as it must be in the story of the Java key store. */
function wrongKeyStore({ writers }: WhyJson): string[] {
  const [last] = writers;
  if (last === undefined) return ["no writer"];
  const commands = last.chain.map(({ command }) => command.join(" "));
  print(`${keyStore}, written by:`);
  for (const command of commands) print(`  ${command.slice(0, 160)}`);
  const wrong: string[] = [];
  if (!/java .*ca-certificates-java\.jar/.test(last.command.join(" ")))
    wrong.push(`command: ${last.command.join(" ")}`);
  if (last.package?.name !== "ca-certificates-java" || last.package.version === "")
    wrong.push(`package: ${JSON.stringify(last.package)}`);
  const wanted = [
    /ca-certificates-java\.postinst triggered update-ca-certificates-java/,
    /(^|\/)dpkg /,
    /(^|\/)apt-get .*install/,
    // `lb` runs its scripts by exec: they show as files of live-build's.
    /live\/build\/chroot_install-packages/,
    /live\/build\/build$/,
  ];
  let from = 0;
  for (const pattern of wanted) {
    const at = commands.findIndex((command, i) => i >= from && pattern.test(command));
    if (at < 0) wrong.push(`the chain has no ${pattern} above what comes before it`);
    else from = at + 1;
  }
  return wrong;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
