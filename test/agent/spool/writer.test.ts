import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingWriter } from "../../../agent/spool/writer.ts";
import type { Event } from "../../../proto/events.ts";
import { fileMagic, NotARecording, readRecording } from "../../../proto/recording.ts";

let directory: string;
let mounted = false;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-writer-"));
  path = join(directory, "recording.isotrace");
});
afterEach(() => {
  // Lazily, since a test that failed has left its file open.
  if (mounted) execaSync("umount", ["--lazy", directory]);
  mounted = false;
  rmSync(directory, { recursive: true, force: true });
});

/** Mounts a file system of this size on the directory, until the test ends. */
function mountSmall(size: string): void {
  execaSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "isotrace-test", directory]);
  mounted = true;
}

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

  it("goes on after a cut at any byte: what was whole stays, and what is new follows", () => {
    const first = new RecordingWriter(path);
    for (let i = 1; i <= 3; i++) {
      first.add(output(i, 20));
      first.flush();
    }
    first.close();
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const kept = length < fileMagic.length ? [] : read().times;
      const second = new RecordingWriter(path);
      expect([length, second.continuedFrom]).toEqual([length, kept.at(-1) ?? 0]);
      second.add(output(9, 20));
      second.close();
      expect(read()).toEqual({ times: [...kept, 9], losses: 0, damage: 0 });
      const sequences = [...readRecording(path)].map((item) => item.kind === "block" && item.sequence);
      expect(sequences).toEqual([...kept, 9].map((_, i) => i));
    }
  });

  it.each(["a user's own file\n", "ISO\n"])("leaves a file alone that is no recording: %j", (text) => {
    writeFileSync(path, text);
    expect(() => new RecordingWriter(path)).toThrow(NotARecording);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("has on disk what was added before a flush, whatever happens to the recorder then", () => {
    const writer = new RecordingWriter(path);
    writer.add(output(1, 10));
    expect(read().times).toEqual([]);
    writer.flush();
    writer.add(output(2, 10));
    expect(read()).toEqual({ times: [1], losses: 0, damage: 0 });
    expect(writer.size).toBe(readFileSync(path).length);
    writer.close();
  });

  it("closes a block by itself, so that a reader needs little memory", () => {
    const writer = new RecordingWriter(path);
    for (let i = 1; i <= 40; i++) writer.add(output(i, 100 << 10));
    const lengths = [...readRecording(path)].map((item) => item.length);
    expect(lengths.length).toBeGreaterThan(5);
    expect(Math.max(...lengths)).toBeLessThan(1 << 20);
    writer.close();
    expect(read().times).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it("counts an event that no reader would take, and goes on with the next", () => {
    const writer = new RecordingWriter(path);
    writer.add(output(1, 3 << 20));
    writer.add(output(2, 5 << 20));
    writer.add(output(3, 10));
    expect(writer.close()).toBe(true);
    expect(read()).toEqual({ times: [1, 3], losses: 1, damage: 0 });
  });

  it("closes on a disk that is still full with its end, and says how much it had no room for", () => {
    mountSmall("2m");
    const writer = new RecordingWriter(path);
    for (let i = 1; i <= 8; i++) writer.add(output(i, 512 << 10));
    expect(writer.close(output(9, 10))).toBe(true);
    const { times, losses, damage } = read();
    expect(times.length).toBeGreaterThan(1);
    expect(times).toEqual([...Array.from({ length: times.length - 1 }, (_, i) => i + 1), 9]);
    expect(losses).toBe(9 - times.length);
    expect(damage).toBe(0);
    const sequences = [...readRecording(path)].map((item) => item.kind === "block" && item.sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i));
  });

  it("says when it closes on a disk that was full from the beginning", () => {
    mountSmall("2m");
    writeFileSync(join(directory, "filler"), Buffer.alloc(2 << 20));
    const writer = new RecordingWriter(path);
    writer.add(output(1, 10));
    expect(writer.close(output(2, 10))).toBe(false);
    expect(readFileSync(path).length).toBe(0);
  });

  it("begins on a disk that is full, and has everything when there is space again", () => {
    mountSmall("2m");
    writeFileSync(join(directory, "filler"), Buffer.alloc(2 << 20));
    const writer = new RecordingWriter(path);
    writer.add(output(1, 10));
    writer.flush();
    expect(writer.isWaiting).toBe(true);
    unlinkSync(join(directory, "filler"));
    writer.add(output(2, 10));
    expect(writer.close(output(3, 10))).toBe(true);
    expect(read()).toEqual({ times: [1, 2, 3], losses: 0, damage: 0 });
  });

  it("waits when the disk is full, and loses nothing when there is space again", () => {
    mountSmall("8m");
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
    mountSmall("40m");
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
