import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { syncDirectory } from "./sync-directory.ts";

/** Makes a directory and those above it, durable with their names. Nothing happens if it is there. @throws a system error */
export function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) syncDirectory(dirname(at));
}
