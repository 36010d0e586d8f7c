import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { printTails } from "../../../collector/manifest/tails.ts";
import type { PackageSpec } from "../../collector/snapshot/support/deb.ts";
import { TestInstance } from "../../collector/snapshot/support/instance.ts";
import { Upstream } from "../../collector/snapshot/support/upstream.ts";

const rounds = 3;
const tagged = 350;

export interface Figure {
  readonly what: string;
  /** Median, in s. */
  readonly seconds: number;
  /** What it took on disk, in bytes. */
  readonly bytes: number;
}

/**
 * Times the commands on a mirror of so many synthetic packages, and their sources.
 * @param tell is given each figure when it is known
 */
export async function measure(home: string, packages: number, tell: (figure: Figure) => void): Promise<void> {
  await using upstream = await Upstream.make(join(home, "upstream"));
  await using instance = new TestInstance(join(home, "data"));
  instance.configure({ debian: { upstream, suites: ["stable"] } });
  let version = 0;
  const publish = async () => {
    upstream.set("stable", specs(packages, version++));
    await upstream.publish();
  };
  const time = async (
    what: string,
    count: number,
    action: () => Promise<unknown>,
    before = async () => {},
  ) => {
    const samples: { seconds: number; bytes: number }[] = [];
    for (let i = 0; i < count; i++) {
      await before();
      const size = await sizeOf(instance.data);
      const start = performance.now();
      await action();
      samples.push({
        seconds: (performance.now() - start) / 1000,
        bytes: (await sizeOf(instance.data)) - size,
      });
    }
    samples.sort((a, b) => a.seconds - b.seconds);
    tell({ what, ...samples[Math.floor(count / 2)]! });
  };
  const mirror = () => instance.must("mirror");
  const take = () => instance.must("take");
  await publish();
  await time("first mirror", 1, mirror);
  await time("first take", 1, take);
  await time("mirror, nothing changed", rounds, mirror);
  await time("take, nothing changed", rounds, take);
  await time("take, 1 % changed", rounds, take, async () => {
    await publish();
    await mirror();
  });
  let tag = 0;
  const manifest = writeManifest(instance, join(home, "build-manifest"), packages, version - 1);
  await time(`tag of ${tagged} packages`, rounds, () => instance.must("tag", `tag-${tag++}`, manifest));
  await time("expire of all snapshots", 1, () => instance.must("expire", "--at", "2100-01-01T00:00:00Z"));
}

/** A hundredth of the packages is of the version's own. */
function specs(count: number, version: number): PackageSpec[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `package-${i}`,
    version: i % 100 === version % 100 ? `1.${version}` : "1.0",
    size: 200,
  }));
}

function writeManifest({ state }: TestInstance, file: string, packages: number, version: number): string {
  const { archive, serial } = state.snapshots.at(-1)!;
  const step = Math.max(1, Math.floor(packages / tagged));
  const binary = specs(packages, version)
    .filter((_, i) => i % step === 0)
    .slice(0, tagged)
    .map((each) => ({ package: each.name, version: each.version, arch: "amd64" }));
  const manifest = { originReferences: [{ archive, reference: serial }], packages: { binary, source: [] } };
  writeFileSync(file, printTails(manifest));
  if (readFileSync(file, "latin1").split("- arch:").length - 1 !== Math.min(tagged, packages))
    throw new Error(`${file}: not ${tagged} packages`);
  return file;
}

async function sizeOf(directory: string): Promise<number> {
  const { stdout } = await execa("du", ["--summarize", "--block-size=1", directory]);
  return Number(stdout.split("\t")[0]);
}
