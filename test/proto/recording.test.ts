import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { EventEncoder } from "../../proto/codec.ts";
import {
  encodeBlock,
  endOfRecording,
  fileMagic,
  NotARecording,
  readRecording,
} from "../../proto/recording.ts";

const directory = mkdtempSync(join(tmpdir(), "isotrace-recording-"));
const path = join(directory, "recording.isotrace");
afterAll(() => rmSync(directory, { recursive: true }));

/** A block with one exit event, whose status tells which block it was. */
function block(sequence: number): Buffer {
  const encoder = new EventEncoder();
  encoder.add({ kind: "exit", time: 100 + sequence, process: 1, status: sequence, signal: 0, core: false });
  return encodeBlock(encoder, sequence);
}

const blocks = [0, 1, 2].map(block);
const whole = Buffer.concat([fileMagic, ...blocks]);
const ends = [0, 1, 2, 3].map((count) => Buffer.concat([fileMagic, ...blocks.slice(0, count)]).length);

/** The blocks that can be read, and how often something was damaged. */
function read(bytes: Uint8Array): { blocks: number[]; damage: string[] } {
  writeFileSync(path, bytes);
  const found: number[] = [];
  const damage: string[] = [];
  for (const item of readRecording(path)) {
    if (item.kind === "damage") damage.push(item.because);
    else for (const event of item.events) if (event.kind === "exit") found.push(event.status);
  }
  return { blocks: found, damage };
}

describe("a recording", () => {
  it("gives back what was written", () => {
    expect(read(whole)).toEqual({ blocks: [0, 1, 2], damage: [] });
  });

  it("cut at any byte, opens up to the last whole block, and can be continued there", () => {
    for (let length = fileMagic.length; length <= whole.length; length++) {
      const complete = ends.filter((end) => end <= length).length - 1;
      const { blocks, damage } = read(whole.subarray(0, length));
      expect(blocks).toEqual([0, 1, 2].slice(0, complete));
      expect(damage).toHaveLength(ends.includes(length) ? 0 : 1);
      expect(endOfRecording(path)).toEqual({
        offset: ends[complete],
        sequence: complete,
        lastTime: complete === 0 ? 0 : 99 + complete,
      });
    }
  });

  it("with any byte flipped, loses one block, says so, and keeps the others", () => {
    for (let at = fileMagic.length; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 0xff;
      const { blocks, damage } = read(flipped);
      const hit = ends.findIndex((end) => at < end) - 1;
      expect(blocks).toEqual([0, 1, 2].filter((each) => each !== hit));
      expect(damage.length).toBeGreaterThan(0);
    }
  });

  it("is refused by name if it is something else", () => {
    writeFileSync(path, "#!/bin/sh\n");
    expect(() => [...readRecording(path)]).toThrow(NotARecording);
    writeFileSync(path, "ISO");
    expect(() => [...readRecording(path)]).toThrow("not a recording");
  });
});

describe("a block that lies", () => {
  function forged(payload: Buffer, rawLength: number, length = payload.length): Buffer {
    const header = Buffer.alloc(24);
    header.write("ISOB", 0, "latin1");
    header.writeUInt32LE(length, 8);
    header.writeUInt32LE(rawLength, 12);
    header.writeUInt32LE(crc32(payload), 16);
    header.writeUInt32LE(crc32(header.subarray(0, 20)), 20);
    return Buffer.concat([header, payload]);
  }
  const bomb = zstdCompressSync(Buffer.alloc(256 << 20));

  it.each([
    ["a bomb that names a small length", forged(bomb, 1000), /cannot be decoded/],
    ["a bomb that names its length", forged(bomb, 256 << 20), /too large/],
    ["a length beyond the file", forged(Buffer.from("x"), 10, 1 << 20), /is cut/],
    ["no zstd at all", forged(Buffer.from("garbage"), 10), /cannot be decoded/],
    ["another length than it has", forged(zstdCompressSync(Buffer.alloc(9)), 10), /another length/],
  ])("is damage, and the next block is read: %s", (_, lie, because) => {
    const { blocks: found, damage } = read(Buffer.concat([fileMagic, blocks[0]!, lie, blocks[1]!]));
    expect(damage[0]).toMatch(because);
    expect(found[0]).toBe(0);
    if (!/cut/.test(damage[0]!)) expect(found).toEqual([0, 1]);
  });
});
