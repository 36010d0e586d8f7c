import { readFileSync } from "node:fs";
import type { Act, ActKind, Actor } from "./act.ts";

/**
 * What the program `actions` says that it did. It does not say which of the processes that had a pid it was: the
 * last one before, as the incarnations of the witness tell, is meant.
 */
export function readStatement(path: string): Act[] {
  return readFileSync(path, "latin1").trimEnd().split("\n").map(parseLine);
}

function parseLine(line: string): Act {
  const [kind, pid, from = "", to = ""] = line.split(" ");
  const actor: Actor = { pid: Number(pid), incarnation: 0 };
  return { kind: kind as ActKind, path: bytesOf(from), to: bytesOf(to), actor, command: undefined };
}

function bytesOf(hex: string): string {
  return Buffer.from(hex, "hex").toString("latin1");
}
