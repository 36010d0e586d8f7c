import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { PoolFile } from "../archive/package.ts";
import { printRelease } from "../archive/release.ts";
import { SnapshotError } from "../error.ts";
import { digestOf } from "../files/digest.ts";
import { linkOrCopy } from "../files/link.ts";
import type { Signer } from "../key/signer.ts";
import type { Layout } from "../layout.ts";
import { partsOf, writeRelease, writeTrace } from "../publish.ts";
import type { IndexFile, Snapshot } from "../state.ts";
import type { SelectedIndex, SelectedSuite } from "./select.ts";

/**
 * Writes the archives of a tag below a directory: indices of the selected paragraphs as they were, byte for byte, and files
 * with names of their own, so that nothing that is done to a mirror takes them away.
 * @throws SnapshotError for a file of the pool that is not what its index says.
 */
export async function writeTag(
  layout: Layout,
  directory: string,
  suites: readonly SelectedSuite[],
  snapshots: readonly Snapshot[],
  signer: Signer,
): Promise<void> {
  for (const { archive, suite, indices } of suites) {
    const snapshot = snapshots.find((each) => each.archive === archive)!;
    const to = join(directory, archive);
    for (const file of indices.flatMap(({ files }) => files)) addFile(layout.base(archive), to, file);
    const listed = indices.flatMap((index) => writeIndex(join(to, "dists", suite.name), index));
    const text = printRelease({
      release: suite.release,
      ...partsOf(suite.files),
      date: snapshot.taken,
      validUntil: undefined,
      files: listed,
    });
    await writeRelease(join(to, "dists", suite.name), text, signer);
    mkdirSync(join(to, "pool"), { recursive: true });
    writeTrace(join(to, "project/trace", archive), snapshot.serial);
  }
}

function addFile(base: string, to: string, { path, size, sha256 }: PoolFile): void {
  const target = join(to, path);
  if (existsSync(target)) return;
  const from = join(base, path);
  const remedy = 'run "isotrace snapshot mirror", which fetches it again, and tag again';
  if (!/^pool\/(?:[^/.][^/]*\/)+[^/.][^/]*$/.test(path))
    throw new SnapshotError({ subject: base, rule: "must have files below pool", value: path, remedy });
  if (!existsSync(from)) throw new SnapshotError({ subject: from, rule: "must exist", remedy });
  const digest = digestOf(from);
  if (digest !== sha256) {
    const rule = `must have the size ${size} and the sha256 ${sha256} of its index`;
    throw new SnapshotError({ subject: from, rule, value: digest, remedy });
  }
  linkOrCopy(from, target);
}

function writeIndex(directory: string, { path, stanzas }: SelectedIndex): IndexFile[] {
  const plain = Buffer.from(stanzas.map(({ text }) => `${text}\n\n`).join(""), "latin1");
  const target = join(directory, path);
  mkdirSync(dirname(target), { recursive: true });
  const packed = gzipSync(plain, { level: 9 });
  writeFileSync(`${target}.gz`, packed);
  return [fileOf(path, plain), fileOf(`${path}.gz`, packed)];
}

function fileOf(path: string, content: Buffer): IndexFile {
  return { path, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
