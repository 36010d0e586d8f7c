import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EndEvent, Event } from "../../../../proto/events.ts";
import { readRecording } from "../../../../proto/recording.ts";

const recordingName = "recording.isotrace";

export interface Same {
  readonly bytes: number;
  readonly blocks: number;
  readonly events: number;
}

export interface Expected {
  /** The build's exit status, as its recording has it. */
  readonly status: number;
  /** Recorders that wrote it: more than one where one was killed. */
  readonly segments?: number;
  /** Losses that the fault makes, and that the recording is right to tell. */
  readonly mayLose?: boolean;
}

/**
 * The collector has a build's recording as the agent has it: byte by byte, said to be complete, with the digest of those
 * bytes; and the recording itself is whole: every block in its place once, no loss, the build's own status.
 * @param out the build's output directory.
 * @param data the collector's directory, which has this recording and no other, unless `key` names it.
 * @throws Error that says what differs
 */
export function expectSame(out: string, data: string, expected: Expected, key?: string): Same {
  const path = join(out, recordingName);
  const local = readFileSync(path);
  const keys = keysOf(data);
  if (key === undefined)
    must(keys.length === 1, `the collector must have one recording, but has ${keys.length}`);
  const place = join(data, "recordings", key ?? keys[0]!);
  const remote = readFileSync(join(place, recordingName));
  must(
    remote.equals(local),
    `${place}: must be the agent's ${local.length} bytes, but ${remote.length} are there, alike up to ${alike(local, remote)}`,
  );
  const facts = JSON.parse(readFileSync(join(place, "facts.json"), "utf8")) as Record<string, unknown>;
  must(facts.isComplete === true, `${place}: must be complete, but its facts do not say so`);
  const digest = createHash("sha256").update(local).digest("hex");
  must(facts.sha256 === digest, `${place}: must have the digest ${digest}, but has ${facts.sha256}`);
  return { bytes: local.length, ...expectWhole(path, expected) };
}

/** The recordings that a collector has. */
export function keysOf(data: string): string[] {
  const directory = join(data, "recordings");
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/** Bytes of the recording that a collector has; 0 before it has one. */
export function bytesAt(data: string): number {
  const path = keysOf(data).map((key) => join(data, "recordings", key, recordingName))[0];
  return path === undefined || !existsSync(path) ? 0 : readFileSync(path).length;
}

/** No block twice or missing, no loss, the end with the build's status. @throws Error that says what is wrong */
export function expectWhole(path: string, { status, segments = 1, mayLose = false }: Expected) {
  let blocks = 0;
  let events = 0;
  let begun = 0;
  let end: EndEvent | undefined;
  for (const item of readRecording(path)) {
    if (item.kind === "damage") throw new Error(`${path}: damaged at ${item.offset}: ${item.because}`);
    must(item.sequence === blocks, `${path}: block ${blocks} must come, but it is ${item.sequence}`);
    blocks++;
    for (const event of item.events) {
      events++;
      if (event.kind === "segment") begun++;
      if (event.kind === "end") end = event;
      must(mayLose || !isLoss(event), `${path}: must have no loss, but has ${JSON.stringify(event)}`);
    }
  }
  must(begun === segments, `${path}: must have ${segments} segments, but has ${begun}`);
  must(end?.status === status, `${path}: must end with status ${status}, but: ${JSON.stringify(end)}`);
  return { blocks, events };
}

function isLoss(event: Event): boolean {
  return event.kind === "loss";
}

function alike(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

/** @throws Error with the message unless what must hold holds */
export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
