import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execaSync } from "execa";

const folder = fileURLToPath(new URL("../../../../agent/kernel/", import.meta.url));

export interface Struct {
  size: number;
  /** Offset in bytes by member's name, of the struct's own members. */
  members: Map<string, number>;
}

/** The structs of isotrace.bpf.c as the compiler lays them out. */
export function structs(): Map<string, Struct> {
  const options = "-target bpf -g -O2 -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu".split(" ");
  const dump = ["-fsyntax-only", "-Xclang", "-fdump-record-layouts-complete", "isotrace.bpf.c"];
  const { stdout } = execaSync("clang-14", [...options, ...dump], { cwd: folder });
  const found = new Map<string, Struct>();
  for (const part of stdout.split("*** Dumping AST Record Layout")) {
    const name = /\| struct (\w+)\n/.exec(part)?.[1];
    const size = /\[sizeof=(\d+)/.exec(part)?.[1];
    if (name === undefined || size === undefined) continue;
    // Own members stand two blanks in; those of a member's struct further.
    const members = [...part.matchAll(/^ *(\d+) \| {3}\S.*?(\w+)(?:\[\d+\])?$/gm)];
    found.set(name, {
      size: Number(size),
      members: new Map(members.map(([, at, own]) => [own!, Number(at)])),
    });
  }
  return found;
}

/** An enum of isotrace.bpf.c: names and values. */
export function enumOf(name: string): Record<string, number> {
  const source = readFileSync(`${folder}isotrace.bpf.c`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const body = new RegExp(`enum ${name} \\{([\\s\\S]*?)\\}`).exec(source)![1]!;
  const values: Record<string, number> = {};
  let next = 0;
  for (const [, each, value] of body.matchAll(/(\w+)(?: = (\d+(?: << \d+)?))?,/g)) {
    const [base = 0, shift = 0] = (value ?? String(next)).split(" << ").map(Number);
    values[each!] = base << shift;
    next = values[each!]! + 1;
  }
  return values;
}
