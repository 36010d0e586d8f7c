import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingWriter } from "../../../agent/spool/writer.ts";
import type { Event } from "../../../proto/events.ts";
import { readRecording } from "../../../proto/recording.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-writer-"));
  path = join(directory, "recording.isotrace");
});
afterEach(() => {
  execaSync("umount", [directory], { reject: false });
  rmSync(directory, { recursive: true, force: true });
});

/** Output that does not compress. */
function output(number: number, size: number): Event {
  return { kind: "output", time: number, data: randomBytes(size), stream: 1 };
}

function read(): { times: number[]; losses: number; damage: number } {
  const found = { times: [] as number[], losses: 0, damage: 0 };
  for (const item of readRecording(path)) {
    if (item.kind === "damage") found.damage++;
    else
      for (const event of item.events) {
        if (event.kind === "output") found.times.push(event.time);
        if (event.kind === "loss") found.losses += event.count;
      }
  }
  return found;
}

describe("the writer of a recording", () => {
  it("goes on after the last whole block of one that was cut", () => {
    const first = new RecordingWriter(path);
    first.add(output(1, 100));
    first.flush();
    appendFileSync(path, "ISOB cut in the mid");
    const second = new RecordingWriter(path);
    expect(second.continuedFrom).toBe(1);
    second.add(output(2, 100));
    second.close();
    expect(read()).toEqual({ times: [1, 2], losses: 0, damage: 0 });
  });

  it("waits when the disk is full, and loses nothing when there is space again", () => {
    execaSync("mount", ["-t", "tmpfs", "-o", "size=8m", "isotrace-test", directory]);
    writeFileSync(join(directory, "filler"), Buffer.alloc(6 << 20));
    const writer = new RecordingWriter(path);
    for (let i = 1; i <= 12; i++) writer.add(output(i, 512 << 10));
    writer.flush();
    const partly = read();
    expect(partly.times.length).toBeLessThan(12);
    expect(partly.damage).toBe(0);
    unlinkSync(join(directory, "filler"));
    expect(writer.close()).toBe(true);
    expect(read()).toEqual({ times: Array.from({ length: 12 }, (_, i) => i + 1), losses: 0, damage: 0 });
  });

  it("counts what it had to drop, and says so when there is space again", () => {
    execaSync("mount", ["-t", "tmpfs", "-o", "size=40m", "isotrace-test", directory]);
    writeFileSync(join(directory, "filler"), Buffer.alloc(39 << 20));
    const writer = new RecordingWriter(path);
    const count = 80;
    for (let i = 1; i <= count; i++) writer.add(output(i, 512 << 10));
    unlinkSync(join(directory, "filler"));
    expect(writer.close()).toBe(true);
    const { times, losses, damage } = read();
    expect(damage).toBe(0);
    expect(losses).toBeGreaterThan(0);
    expect(times.length + losses).toBe(count);
  });
});
