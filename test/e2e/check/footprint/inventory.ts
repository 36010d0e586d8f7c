import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import { sha256 } from "../../lib/hash.ts";

/** What one path is: each attribute as text, so that two can be compared one by one. */
export type Attributes = Readonly<Record<string, string>>;
/** By path below the directory; a byte string. */
export type Inventory = ReadonlyMap<string, Attributes>;

/** Everything below a directory, not itself; `without` are names at its top that are left out. */
export async function takeInventory(directory: string, without: string[] = []): Promise<Inventory> {
  const inventory = new Map<string, Attributes>();
  const xattrs = await extendedAttributes(directory);
  for (const path of walk(directory, "", without)) {
    const whole = Buffer.from(`${directory}/${path}`, "latin1");
    const stat = lstatSync(whole, { bigint: true });
    inventory.set(path, {
      type: typeOf(stat),
      owner: `${stat.uid}:${stat.gid}`,
      mode: (stat.mode & 0o7777n).toString(8),
      mtime: String(stat.mtimeNs),
      size: stat.isDirectory() ? "" : String(stat.size),
      links: stat.isDirectory() ? "" : String(stat.nlink),
      device: String(stat.rdev),
      target: stat.isSymbolicLink() ? readlinkSync(whole, "latin1") : "",
      sha256: stat.isFile() ? await sha256(whole) : "",
      xattrs: xattrs.get(path) ?? "",
    });
  }
  return inventory;
}

function* walk(directory: string, below: string, without: string[]): Generator<string> {
  const here = Buffer.from(`${directory}/${below}`, "latin1");
  for (const entry of readdirSync(here, { encoding: "latin1", withFileTypes: true })) {
    if (below === "" && without.includes(entry.name)) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* walk(directory, path, []);
  }
}

function typeOf(stat: BigIntStats): string {
  const types = {
    file: stat.isFile(),
    directory: stat.isDirectory(),
    symlink: stat.isSymbolicLink(),
    character: stat.isCharacterDevice(),
    block: stat.isBlockDevice(),
    fifo: stat.isFIFO(),
    socket: stat.isSocket(),
  };
  return Object.entries(types).find(([, is]) => is)?.[0] ?? "unknown";
}

/** By path: what getfattr(1) prints of it, all namespaces, values in hexadecimal. */
async function extendedAttributes(directory: string): Promise<Map<string, string>> {
  const args = [
    "--recursive",
    "--physical",
    "--no-dereference",
    "--dump",
    "--match=-",
    "--encoding=hex",
    ".",
  ];
  const { stdout } = await execa("getfattr", args, { cwd: directory, encoding: "latin1" });
  const found = new Map<string, string>();
  for (const paragraph of stdout.split("\n\n")) {
    const [name, ...values] = paragraph.split("\n").filter(Boolean);
    if (name?.startsWith("# file: ") !== true) continue;
    const path = name
      .slice("# file: ".length)
      .replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    found.set(path, values.sort().join(" "));
  }
  return found;
}
