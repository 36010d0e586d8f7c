import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { parseTails } from "../../../collector/manifest/tails.ts";
import { sha256 } from "../lib/hash.ts";
import { buildEnvironment, imageOf, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { observe } from "../lib/observe.ts";
import { isotrace, workspace } from "../lib/paths.ts";
import { lackingSources } from "./circle/lacking.ts";
import { taggedFaults } from "./circle/tagged.ts";
import { freshTree } from "./circle/tree.ts";

const usage = `npm run check:circle [-- --manifest FILE] [--keep]

Builds an image from snapshots, tags what it used, expires the snapshots, and rebuilds it from the tag alone: the two
images must be the same. Bookworm, its updates and its security updates, mirrored as far as the minimal image needs.
--manifest FILE   what to mirror; without it, the image is built from upstream first
--keep            leaves everything where it is
`;

const home = join(workspace, "circle");
const [data, tree, out] = [join(home, "data"), join(home, "tree"), join(home, "out")];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const suites = { debian: ["bookworm", "bookworm-updates"], "debian-security": ["bookworm-security"] };
const tag = "1.0";
const started = performance.now();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      manifest: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  await removeBuild(home);
  mkdirSync(data, { recursive: true });
  const mirror = await findMirror();
  await filterFor(mirror, values.manifest);
  const lacking = await configure(mirror);
  await snapshot("mirror");
  const serials = await snapshot("take");
  const faults = await circle(mirror, serials, lacking);
  for (const fault of faults) print(`  ${fault}`);
  if (!values.keep) await removeBuild(home);
  print(faults.length === 0 ? "the circle is closed" : `FAILED: ${faults.length}`);
  return faults.length === 0 ? 0 : 1;
}

/** What the instance mirrors: the packages of an earlier build. */
async function filterFor(mirror: string, manifest: string | undefined): Promise<void> {
  const file = join(data, "build-manifest");
  if (manifest !== undefined) return copyFileSync(manifest, file);
  await freshTree(tree);
  await build(mirror);
  copyFileSync(join(out, "build-manifest"), file);
}

async function configure(mirror: string): Promise<ReadonlySet<string>> {
  const file = join(data, "build-manifest");
  const packages = new Set(parseTails(readFileSync(file), file).packages.binary.map((each) => each.package));
  const lacking = new Set<string>();
  const archives: string[] = [];
  for (const [name, of] of Object.entries(suites)) {
    const url = name === "debian" ? mirror : mirror.replace(/debian$/, name);
    const without = await lackingSources({ url, suites: of }, packages);
    for (const each of without) lacking.add(each);
    archives.push(
      JSON.stringify({
        name,
        url,
        suites: of,
        components: ["main"],
        architectures: ["amd64"],
        keyring,
        filter: { manifest: "build-manifest" },
        ...(without.length === 0 ? {} : { lacking: without }),
      }),
    );
    print(`${url} lists these sources and does not have them: ${without.join(", ") || "none"}`);
  }
  writeFileSync(join(data, "instance.yml"), `archives:\n${archives.map((each) => `  - ${each}\n`).join("")}`);
  return lacking;
}

async function circle(mirror: string, serials: string, lacking: ReadonlySet<string>): Promise<string[]> {
  await freshTree(tree);
  const { server, url } = await serve();
  try {
    await snapshot("freeze", "--tree", tree, "--url", url, "--security");
    await build(mirror);
  } finally {
    server.kill();
    await once(server, "exit");
  }
  const image = imageOf(tree);
  const released = await sha256(image);
  print(`released: ${released}`);
  await snapshot("tag", tag, out);
  await snapshot("expire", "--at", "2100-01-01T00:00:00Z");
  rmSync(image);
  const { status } = await verify();
  const { binaries, faults } = taggedFaults(join(data, "public", tag), lacking);
  print(`packages in the tagged archives: ${binaries}`);
  return [
    ...faults,
    ...referenceFaults(serials),
    ...(status === 0 ? [] : [`isotrace snapshot verify: status ${status}`]),
  ];
}

/** The manifest must name the serials that were taken, and no others. */
function referenceFaults(taken: string): string[] {
  const file = join(out, "build-manifest");
  const { originReferences } = parseTails(readFileSync(file), file);
  return originReferences
    .filter(({ archive, reference }) => !taken.includes(`${archive} ${reference} `))
    .map(({ archive, reference }) => `${archive}: the manifest's reference is ${reference}`);
}

async function build(mirror: string): Promise<void> {
  const { status, output } = await observe(["lb", "build"], tree, out, buildEnvironment(mirror));
  if (status !== 0) throw new Error(`${output.slice(-2000)}\nlb build: status ${status}`);
  print(output.split("\n").find((line) => line.startsWith("isotrace: snapshots")) ?? "built from upstream");
}

async function verify(): Promise<{ status: number }> {
  const { exitCode, all } = await execa(
    isotrace,
    ["snapshot", "verify", "--data", data, "--tree", tree, "--work", join(home, "verify"), tag],
    { all: true, reject: false, stdin: "ignore" },
  );
  const lines = all.trim().split("\n");
  print((exitCode === 0 ? lines.slice(-3) : lines.slice(-30)).join("\n"));
  return { status: exitCode ?? -1 };
}

async function snapshot(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(isotrace, ["snapshot", command, "--data", data, ...args], {
    stderr: "inherit",
  });
  print(`isotrace snapshot ${command}\n${stdout.replace(/^/gm, "  ")}`);
  return stdout;
}

async function serve(): Promise<{ server: ChildProcess; url: string }> {
  const args = ["snapshot", "serve", "--data", data, "--listen", "127.0.0.1:0"];
  const server = spawn(isotrace, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(server.stdout!), "line")) as [string];
  return { server, url: line.split(" ").at(-1)! };
}

function print(text: string): void {
  process.stdout.write(`[${((performance.now() - started) / 1000).toFixed(0)} s] ${text}\n`);
}

process.exitCode = await main();
