import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { TestInstance } from "../../../collector/snapshot/support/instance.ts";
import type { Upstream } from "../../../collector/snapshot/support/upstream.ts";
import { faultsOf } from "./whole.ts";

/** Larger than what reprepro keeps free for its databases (reprepro(1), `--dbsafetymargin`: 100 MB). */
const size = "160m";
const steps = [60, 2, 1, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0] as const; // MB that are left

/**
 * Fills a small disk before `mirror` and before `take`, ever fuller: each succeeds or fails with one line, what is listed
 * is whole, and with room again it works.
 */
export async function fillDisk(
  upstream: Upstream,
  home: string,
  print: (line: string) => void,
): Promise<string[]> {
  const disk = join(home, "disk");
  mkdirSync(disk, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]);
  try {
    await using instance = new TestInstance(join(disk, "data"));
    instance.configure({ debian: { upstream, suites: ["stable"] } });
    upstream.set("stable", packages(0));
    await upstream.publish();
    await instance.must("mirror");
    await instance.must("take");
    const url = await instance.serve();
    const faults: string[] = [];
    for (const [round, left] of steps.entries()) {
      upstream.set("stable", packages(round + 1));
      await upstream.publish();
      for (const command of ["mirror", "take"] as const) {
        const filler = join(disk, "filler");
        // Reprepro looks beforehand whether there is room: so the disk fills while the mirror fetches packages.
        if (command === "take") fill(disk, filler, left);
        else fillLater(upstream, disk, filler, round, left);
        const { status, stderr } = await instance.run(
          command,
          ...(command === "mirror" ? ["--retries", "0"] : []),
        );
        upstream.onRequest = () => {};
        const during = await faultsOf(instance, url, home);
        rmSync(filler, { force: true });
        const after = await instance.run(command);
        const lines = stderr.trim().split("\n");
        const found = [
          ...during,
          ...(status !== 0 && lines.some((line) => !line.startsWith("isotrace: "))
            ? [`said: ${stderr}`]
            : []),
          ...(after.status === 0 ? [] : [`with room again: ${after.stderr}`]),
          ...(await faultsOf(instance, url, home)),
        ];
        faults.push(...found.map((fault) => `${command} with ${left} MB left: ${fault}`));
        print(
          `${command} with ${left} MB left: ${status === 0 ? "done" : lines.at(-1)!.slice(0, 200)}: ${found.length === 0 ? "whole" : found.join("; ")}`,
        );
      }
      await instance.must("expire", "--at", "2100-01-01T00:00:00Z");
      await instance.must("take");
    }
    return faults;
  } finally {
    await execa("umount", ["--lazy", disk]);
  }
}

function packages(round: number) {
  return Array.from({ length: 20 }, (_, i) => ({
    name: `package-${i}`,
    version: `1.${round}`,
    size: 50_000,
  }));
}

/** Leaves so many MB of a disk. */
function fill(disk: string, filler: string, left: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - Math.round(left * 1e6))));
}

/** When the first packages are being fetched. */
function fillLater(upstream: Upstream, disk: string, filler: string, round: number, left: number): void {
  let packages = 0;
  upstream.onRequest = (path) => {
    if (path.endsWith(".deb") && packages++ === round) fill(disk, filler, left);
  };
}
