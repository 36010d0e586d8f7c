import { execa } from "execa";
import type { ImageEntry } from "../../../../../agent/probe/image/entry.ts";

/** One line for each path of a directory tree, as find, stat, sha256sum and getfattr see it. */
export async function witness(directory: string): Promise<string[]> {
  const found = await fields(directory, "find", [
    ".",
    "-printf",
    "%P\\0%y\\0%m\\0%U\\0%G\\0%T@\\0%s\\0%n\\0%l\\0",
  ]);
  const devices = pairs(await fields(directory, "find", stat("b", "c")));
  const digests = pairs(
    (
      await fields(directory, "find", [".", "-type", "f", "-exec", "sha256sum", "--zero", "--", "{}", "+"])
    ).flatMap((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const attributes = await attributesOf(directory);
  const lines: string[] = [];
  for (let i = 0; i + 8 < found.length; i += 9) {
    const [name, type, mode, uid, gid, time, size, links, target] = found.slice(i, i + 9) as string[];
    const at = name === "" ? "." : `./${name}`;
    lines.push(
      line({
        path: `/${name}`,
        type: types[type!]!,
        mode: Number.parseInt(mode!, 8),
        owner: `${uid}:${gid}`,
        time: Number(time!.split(".")[0]),
        size: type === "f" || type === "l" ? Number(size) : 0,
        links: Number(links),
        target: target!,
        device: devices.get(at) ?? "",
        xattrs: attributes.get(at) ?? [],
        sha256: digests.get(at) ?? "",
      }),
    );
  }
  return lines.sort();
}

/** The same lines, of what the probe read. */
export function linesOf(entries: ImageEntry[]): string[] {
  const hex = (bytes: string) => Buffer.from(bytes, "latin1").toString("hex");
  return entries
    .map((entry) =>
      line({
        path: entry.path,
        type: entry.type,
        mode: entry.mode,
        owner: `${entry.uid}:${entry.gid}`,
        time: entry.mtime,
        size: entry.size,
        links: entry.links,
        target: entry.target,
        device: entry.type === "block" || entry.type === "character" ? numbers(entry.device) : "",
        xattrs: entry.xattrs.map(({ name, value }) => `${name}=${hex(value)}`),
        sha256: hex(entry.sha256),
      }),
    )
    .sort();
}

interface Line {
  path: string;
  type: string;
  mode: number;
  owner: string;
  time: number;
  size: number;
  links: number;
  target: string;
  device: string;
  xattrs: string[];
  sha256: string;
}

function line(of: Line): string {
  return JSON.stringify(of);
}

const types: Record<string, string> = {
  f: "file",
  d: "directory",
  l: "symlink",
  c: "character",
  b: "block",
  p: "fifo",
  s: "socket",
};

function stat(...of: string[]): string[] {
  return [".", "-type", of.join(","), "-exec", "stat", "--printf", "%n\\0%t:%T\\0", "{}", "+"];
}

// sysmacros.h: major in bits 8-19, minor in bits 0-7 and 20-31.
function numbers(device: number): string {
  return `${((device >>> 8) & 0xfff).toString(16)}:${((device & 0xff) | ((device >>> 12) & 0xfff00)).toString(16)}`;
}

async function fields(cwd: string, program: string, args: string[]): Promise<string[]> {
  const { stdout } = await execa(program, args, { cwd, encoding: "buffer", env: { LC_ALL: "C" } });
  return Buffer.from(stdout).toString("latin1").split("\0");
}

function pairs(list: string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) map.set(list[i]!, list[i + 1]!);
  return map;
}

async function attributesOf(directory: string): Promise<Map<string, string[]>> {
  const [text = ""] = await fields(directory, "getfattr", [
    "-R",
    "-P",
    "-h",
    "-d",
    "-m",
    "-",
    "-e",
    "hex",
    ".",
  ]);
  const attributes = new Map<string, string[]>();
  for (const block of text.split("\n\n")) {
    const [head, ...rest] = block.split("\n").filter((each) => each !== "");
    if (head === undefined) continue;
    const name = unescaped(head.replace(/^# file: /, ""));
    const path = name === "." ? "." : `./${name}`;
    attributes.set(
      path,
      rest
        .map((each) => each.replace(/=0x|$/, "=").replace(/=$/, ""))
        .map(withValue)
        .sort(),
    );
  }
  return attributes;
}

// An empty value is printed without "=".
function withValue(attribute: string): string {
  return attribute.includes("=") ? attribute : `${attribute}=`;
}

function unescaped(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
