import { rmSync } from "node:fs";
import { join } from "node:path";
import { SnapshotError } from "../error.ts";
import { serialPattern } from "../serial.ts";
import {
  latest,
  readSettings,
  readTreeSerials,
  resolvedDirectory,
  serialsDirectory,
  writeTreeSerial,
} from "./settings.ts";

const timeout = 30_000; // milliseconds
const mostTrace = 4096;

/**
 * Finds the serials that a build is to use, once at its start, so that all of it sees one state, and writes them where
 * Tails does. @returns them, by archive. @throws SnapshotError if one is not served
 */
export async function resolveTree(tree: string): Promise<Map<string, string>> {
  const { url } = readSettings(tree);
  const serials = readTreeSerials(tree);
  if (serials.size === 0) {
    const subject = join(tree, serialsDirectory);
    throw new SnapshotError({
      subject,
      rule: "must name an archive",
      remedy: 'run "isotrace snapshot freeze"',
    });
  }
  for (const [archive, serial] of serials)
    serials.set(
      archive,
      serial === latest ? await latestSerial(url, archive) : await served(url, archive, serial),
    );
  rmSync(join(tree, resolvedDirectory), { recursive: true, force: true });
  for (const [archive, serial] of serials) writeTreeSerial(tree, archive, serial, resolvedDirectory);
  return serials;
}

/** The newest serial of an archive, as its trace file names it. @throws SnapshotError */
export async function latestSerial(url: string, archive: string): Promise<string> {
  return trace(`${url}/${archive}/project/trace/${archive}`, "take a snapshot of it, and serve it");
}

async function served(url: string, archive: string, serial: string): Promise<string> {
  const remedy = `it has expired, or is of another instance; see "isotrace snapshot list", and freeze again`;
  return trace(`${url}/${archive}/${serial}/project/trace/${archive}`, remedy);
}

async function trace(url: string, remedy: string): Promise<string> {
  let text: string;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeout),
      redirect: "error",
      cache: "no-store",
    });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    text = (await response.text()).slice(0, mostTrace);
  } catch (error) {
    const rule = `must be served (${reasonOf(error)})`;
    throw new SnapshotError({ subject: url, rule, remedy, cause: error });
  }
  const serial = /^Archive serial: (\d{10})$/m.exec(text)?.[1];
  if (serial !== undefined && serialPattern.test(serial)) return serial;
  throw new SnapshotError({
    subject: url,
    rule: 'must have a line "Archive serial: SERIAL"',
    value: text,
    remedy,
  });
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
