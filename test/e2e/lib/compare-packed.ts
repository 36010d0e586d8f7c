import type { EntryEvent, Variable } from "../../../proto/events.ts";
import { type Attributes, takeInventory } from "../check/footprint/inventory.ts";

/**
 * Holds the entries of a recording against a tree that was unpacked from the image.
 * @returns one line for each difference.
 */
export async function comparePacked(
  directory: string,
  entries: EntryEvent[],
): Promise<{ compared: number; faults: string[] }> {
  const unpacked = await takeInventory(directory);
  const recorded = new Map(
    entries.map((entry) => [Buffer.from(entry.path).toString("latin1").slice(1), entry]),
  );
  recorded.delete(""); // the top of the tree
  const faults: string[] = [];
  for (const [path, attributes] of unpacked) {
    const entry = recorded.get(path);
    if (entry === undefined) faults.push(`${path}: not recorded`);
    else faults.push(...differing(path, attributes, attributesOf(entry)));
    recorded.delete(path);
  }
  for (const path of recorded.keys()) faults.push(`${path}: recorded, but not in the image`);
  return { compared: unpacked.size, faults };
}

function differing(path: string, unpacked: Attributes, recorded: Attributes): string[] {
  return Object.entries(recorded)
    .filter(([name, value]) => unpacked[name] !== value)
    .map(([name, value]) => `${path}: ${name}: unpacked ${unpacked[name]}, recorded ${value}`);
}

/** As an inventory has them; a squashfs knows whole seconds only. */
function attributesOf(entry: EntryEvent): Attributes {
  const { type, uid, gid, mode, mtime, mtimeNanoseconds, size, target, sha256, xattrs } = entry;
  return {
    type,
    owner: `${uid}:${gid}`,
    mode: mode.toString(8),
    mtime: String(BigInt(mtime) * 1_000_000_000n + BigInt(mtimeNanoseconds)),
    size: type === "directory" ? "" : String(size),
    target: Buffer.from(target).toString("latin1"),
    sha256: type === "file" ? Buffer.from(sha256).toString("hex") : "",
    xattrs: xattrs.map(xattrText).sort().join(" "),
  };
}

function xattrText({ name, value }: Variable): string {
  return `${Buffer.from(name).toString("latin1")}=0x${Buffer.from(value).toString("hex")}`;
}
