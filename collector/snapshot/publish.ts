import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { dateText, printRelease } from "./archive/release.ts";
import { moveDurably, writeDurably } from "./files/durable.ts";
import { linkOrCopy } from "./files/link.ts";
import { heldDirectory } from "./held.ts";
import type { Signer } from "./key/signer.ts";
import type { Layout } from "./layout.ts";
import type { IndexFile, Snapshot, SnapshotSuite, State } from "./state.ts";

/** Makes a snapshot's directory of what is served: it has its name when it is whole. */
export async function publish(layout: Layout, snapshot: Snapshot, signer: Signer): Promise<void> {
  const { archive, serial, suites } = snapshot;
  const to = layout.snapshot(archive, serial);
  const staging = layout.staging(`${archive}-${serial}`);
  rmSync(staging, { recursive: true, force: true });
  for (const suite of suites) {
    const from = heldDirectory(layout, archive, suite.name, suite.held);
    for (const { path } of suite.files.filter(isKept))
      linkOrCopy(join(from, path), join(staging, "dists", suite.name, path));
    await writeRelease(join(staging, "dists", suite.name), releaseText(snapshot, suite), signer);
  }
  writeTrace(join(staging, "project/trace", archive), serial);
  symlinkSync(relative(to, layout.pool(archive)), join(staging, "pool"));
  moveDurably(staging, to);
}

/** Signs a snapshot's Release files anew, for another Valid-Until. */
export async function signAgain(layout: Layout, snapshot: Snapshot, signer: Signer): Promise<void> {
  for (const suite of snapshot.suites) {
    const directory = join(layout.snapshot(snapshot.archive, snapshot.serial), "dists", suite.name);
    await writeRelease(directory, releaseText(snapshot, suite), signer);
  }
}

/** Whether all that the state says of a snapshot is there, with its Valid-Until. */
export function isPublished(layout: Layout, snapshot: Snapshot): boolean {
  const line = `\nValid-Until: ${dateText(snapshot.validUntil)}\n`;
  return (
    isThere(layout, snapshot) &&
    snapshot.suites.every(({ name }) => {
      const directory = join(layout.snapshot(snapshot.archive, snapshot.serial), "dists", name);
      return readFileSync(join(directory, "InRelease"), "latin1").includes(line);
    })
  );
}

/** Whether it can be used; its Valid-Until may be that before a bump which was killed. */
export function isThere(layout: Layout, { archive, serial, suites }: Snapshot): boolean {
  return suites.every(({ name, files }) => {
    const directory = join(layout.snapshot(archive, serial), "dists", name);
    const names = ["InRelease", ...files.filter(isKept).map(({ path }) => path)];
    return names.every((each) => existsSync(join(directory, each)));
  });
}

/** `project/trace/ARCHIVE` names the latest serial, as on Tails' servers. */
export function writeTraces(layout: Layout, { snapshots }: State): void {
  const latest = new Map(snapshots.map(({ archive, serial }) => [archive, serial]));
  for (const [archive, serial] of latest) {
    const path = layout.trace(archive);
    if (!existsSync(path) || readFileSync(path, "latin1") !== traceText(serial))
      writeDurably(path, traceText(serial));
  }
}

/** Written into staging too, so that a client can ask whether a snapshot is there. */
export function writeTrace(path: string, serial: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, traceText(serial));
}

/** Only compressed indices are kept; a Release file lists the others also, by which apt checks what it unpacks. */
export function isKept({ path }: IndexFile): boolean {
  return path.endsWith(".gz");
}

/** InRelease comes last: {@link isPublished} goes by it. */
export async function writeRelease(directory: string, text: string, signer: Signer): Promise<void> {
  const { inRelease, detached } = await signer.sign(text);
  writeDurably(join(directory, "Release"), text);
  writeDurably(join(directory, "Release.gpg"), detached);
  writeDurably(join(directory, "InRelease"), inRelease);
}

function releaseText(snapshot: Snapshot, suite: SnapshotSuite): string {
  return printRelease({
    release: suite.release,
    ...partsOf(suite.files),
    date: snapshot.taken,
    validUntil: snapshot.validUntil,
    files: suite.files,
  });
}

/** The components and architectures that indices are of, by their paths: `COMPONENT/binary-ARCH/Packages`. */
export function partsOf(files: readonly IndexFile[]): { components: string[]; architectures: string[] } {
  const parts = files.map(({ path }) => path.split("/"));
  const architectures = parts.flatMap((each) => /^binary-(.+)$/.exec(each.at(-2)!)?.[1] ?? []);
  return {
    components: [...new Set(parts.map((each) => each.slice(0, -2).join("/")))],
    architectures: [...new Set(architectures)],
  };
}

function traceText(serial: string): string {
  return `Archive serial: ${serial}\n`;
}
