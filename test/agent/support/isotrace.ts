import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import type { Event } from "../../../proto/events.ts";
import { readRecording } from "../../../proto/recording.ts";

export const program = fileURLToPath(new URL("../../../agent/isotrace", import.meta.url));

/** What a process is given by its parent, as shell commands print it. */
export const inheritance =
  "env | grep -v '^_=' | sort; ulimit -Sn; ulimit -Hn; umask; pwd; grep -E 'Sig(Blk|Ign)' /proc/self/status";

/** A build directory that is removed when it is disposed of. */
export function buildDirectory(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "isotrace-build-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs `isotrace run` as a person would, its output in the build directory. */
export function run(directory: string, command: string[], options: Options = {}) {
  return execa(program, ["run", "--", ...command], {
    cwd: directory,
    reject: false,
    stdin: "ignore",
    ...options,
  });
}

export function eventsOf(directory: string): Event[] {
  const events: Event[] = [];
  for (const item of readRecording(join(directory, "isotrace/latest/recording.isotrace"))) {
    if (item.kind === "damage") throw new Error(`damaged at ${item.offset}: ${item.because}`);
    events.push(...item.events);
  }
  return events;
}

/** What the build printed, by its recording. */
export function recordedOutput(directory: string): string {
  const pieces = ofKind(eventsOf(directory), "output").map(({ data }) => data);
  return Buffer.concat(pieces).toString();
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}

export function ofKind<K extends Event["kind"]>(events: Event[], kind: K): Extract<Event, { kind: K }>[] {
  return events.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
}

export function argvOf(event: Extract<Event, { kind: "exec" }>): string {
  return Buffer.from(event.argv).toString("latin1").replaceAll("\0", " ").trim();
}
