import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ManifestJson } from "../../../collector/manifest/json.ts";
import { buildEnvironment, type Configuration, freshBuild, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { observe } from "../lib/observe.ts";
import { workspace } from "../lib/paths.ts";
import { againstDebs, againstLogs, keyOf, unpackedIn } from "./packages/compare.ts";
import { fetchDebs, keptDebs } from "./packages/debs.ts";
import { DpkgLogs } from "./packages/dpkg-logs.ts";

const usage = `npm run check:packages [-- --only minimal|realistic] [--keep]

Builds the realistic example configuration under Isotrace, keeping what apt and debootstrap fetch and what every dpkg
logs. The manifest must have each package that was ever unpacked, in the image's system and in the builder's, and no other;
of each its source, the size and digest of the file that was fetched, where it came from and why it is there.
--keep leaves the build and the reports where they are.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string", default: "realistic" }, keep: { type: "boolean", default: false } },
  });
  if (values.only !== "minimal" && values.only !== "realistic") {
    process.stderr.write(usage);
    return 2;
  }
  const faults = await check(values.only, values.keep);
  for (const fault of faults.slice(0, 50)) print(`  ${fault}`);
  print(
    faults.length === 0 ? "\ndifference 0: every package is accounted for" : `\nFAILED: ${faults.length}`,
  );
  return faults.length === 0 ? 0 : 1;
}

/** @returns what is wrong, a line each. */
async function check(configuration: Configuration, keep: boolean): Promise<string[]> {
  const home = join(workspace, "packages", configuration);
  const [build, out] = [join(home, "build"), join(home, "out")];
  await freshBuild(configuration, build);
  keepPackages(build);
  const logs = new DpkgLogs(build);
  const { status, output } = await observe(["lb", "build"], build, out, buildEnvironment(await findMirror()));
  const [ofImage = "", ...ofBuilder] = logs.close();
  if (status !== 0)
    return [`${output.slice(-2000)}\n${configuration}: the build failed with status ${status}`];
  const { packages, complete, causes, origins } = JSON.parse(
    readFileSync(join(out, "manifest.json"), "utf8"),
  ) as ManifestJson;
  const kept = await keptDebs(build);
  const keys = new Set(kept.map(keyOf));
  const others = packages.filter(
    (each) => each.kind === "binary" && each.where !== "other" && !keys.has(keyOf(each)),
  );
  const debs = [...kept, ...(await fetchDebs(others, join(home, "fetched")))];
  if (!keep) await removeBuild(home);

  const inImage = packages.filter(({ where }) => where === "image" || where === "removed");
  const inBuilder = packages.filter(({ where }) => where === "builder");
  print(
    `packages unpacked in the image's system: ${unpackedIn(ofImage).size}; in the manifest: ${inImage.length}`,
  );
  print(
    `packages unpacked in the builder's: ${unpackedIn(ofBuilder.join("")).size}; in the manifest: ${inBuilder.length}`,
  );
  print(
    `files that were fetched: ${kept.length} kept by live-build, ${others.length} fetched again: ${others.map(keyOf).join(", ")}`,
  );
  for (const { archive, reference, releases } of origins) {
    const keys = new Set(releases.flatMap(({ signedBy }) => signedBy.map(({ keyId }) => keyId)));
    print(`archive ${archive}: reference ${reference}, signed by ${[...keys].join(", ") || "nobody"}`);
  }
  return [
    ...(complete === true ? [] : causes),
    ...againstLogs({ image: ofImage, builder: ofBuilder.join("") }, inImage, inBuilder),
    ...againstDebs(debs, [...inImage, ...inBuilder]),
  ];
}

/** Has live-build keep the files that it fetches: it removes them otherwise. */
function keepPackages(build: string): void {
  const path = join(build, "auto/config");
  const text = readFileSync(path, "utf8");
  const changed = text.replace("--cache-packages false", "--cache-packages true");
  if (changed === text)
    throw new Error(`${path}: it has no --cache-packages false any more; change this check`);
  writeFileSync(path, changed);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
