import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { decodeEvents } from "../../proto/decoder.ts";
import { EventEncoder } from "../../proto/encoder.ts";
import type { Event } from "../../proto/events.ts";
import {
  encodeBlock,
  endOfRecording,
  fileMagic,
  NotARecording,
  readRecording,
} from "../../proto/recording.ts";
import { anyEvent } from "./arbitrary.ts";

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

function encoderOf(events: Iterable<Event>): EventEncoder {
  const encoder = new EventEncoder();
  for (const event of events) encoder.add(event);
  return encoder;
}

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
    expect(read(fileMagic)).toEqual({ blocks: [], damage: [] });
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

  it("is continued from the latest time of its last block, though an earlier one was told after it", () => {
    const encoder = new EventEncoder();
    for (const time of [500, 900, 700])
      encoder.add({ kind: "stage", time, marker: fileMagic, removed: false });
    writeFileSync(path, Buffer.concat([whole, encodeBlock(encoder, 3)]));
    expect(endOfRecording(path)).toMatchObject({ sequence: 4, lastTime: 900 });
  });

  it("with any byte flipped, loses one block, says so, and keeps the others", () => {
    for (let at = fileMagic.length; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= [0x01, 0x10, 0x80, 0xff][at % 4]!;
      const { blocks, damage } = read(flipped);
      const hit = ends.findIndex((end) => at < end) - 1;
      expect(blocks).toEqual([0, 1, 2].filter((each) => each !== hit));
      expect(damage).toHaveLength(1);
    }
  });

  it("accounts for each of its bytes, whatever was overwritten, put in or taken out", () => {
    const offset = fc.nat(whole.length);
    const edit = fc.record({ offset, remove: fc.nat(60), insert: fc.uint8Array({ maxLength: 60 }) });
    const piece = fc.constantFrom(...blocks, Buffer.from("ISOB"), fileMagic, Buffer.alloc(24));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), fc.array(piece, { maxLength: 3 }), (edits, pieces) => {
        let bytes = Buffer.concat([whole, ...pieces]).subarray(fileMagic.length);
        for (const { offset, remove, insert } of edits)
          bytes = Buffer.concat([bytes.subarray(0, offset), insert, bytes.subarray(offset + remove)]);
        writeFileSync(path, Buffer.concat([fileMagic, bytes]));
        let next = fileMagic.length;
        for (const item of readRecording(path)) {
          expect(item.offset).toBe(next);
          next += item.length;
          if (item.kind === "damage") continue;
          // Nothing is delivered that was not written.
          expect(bytes.subarray(item.offset - fileMagic.length, next - fileMagic.length)).toEqual(
            blocks[item.sequence],
          );
        }
        expect(next).toBe(fileMagic.length + bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps events of every kind and any value, and the numbers of its blocks", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyEvent, { maxLength: 5 }), { maxLength: 4 }), (parts) => {
        const encoded = parts.map((events, i) => encodeBlock(encoderOf(events), i));
        writeFileSync(path, Buffer.concat([fileMagic, ...encoded]));
        const items = [...readRecording(path)];
        expect(items.map((item) => item.kind === "block" && item.sequence)).toEqual(parts.map((_, i) => i));
        // Encoded again, since a decoded message has its defaults in its prototype.
        const again = items.map((item) =>
          item.kind === "block" ? encodeBlock(encoderOf(item.events), item.sequence) : item,
        );
        const direct = parts.map((events, i) =>
          encodeBlock(encoderOf(decodeEvents(encoderOf(events).finish())), i),
        );
        expect(again).toEqual(direct);
      }),
      { numRuns: 50 },
    );
  });

  it("finds the next block behind damage, however much it is and wherever that ends", () => {
    const steps = Array.from({ length: 11 }, (_, i) => (4096 << i) - 4096);
    for (const size of steps.flatMap((at) => [-25, -24, -23, -5, -1, 0, 1, 5].map((more) => at + more))) {
      const rubbish = Buffer.alloc(Math.max(size, 1), "not a block, ISO");
      const bytes = Buffer.concat([fileMagic, blocks[0]!, rubbish, blocks[1]!, blocks[2]!]);
      expect(read(bytes)).toEqual({ blocks: [0, 1, 2], damage: ["no block begins here"] });
    }
  });

  it("of which bytes in the middle are gone, loses only the block that they were of", () => {
    for (let from = ends[0]!; from < ends[3]!; from++) {
      const hit = ends.findIndex((end) => from < end) - 1;
      for (const count of [1, 5, 30]) {
        const to = Math.min(from + count, ends[hit + 1]!);
        const { blocks: found, damage } = read(Buffer.concat([whole.subarray(0, from), whole.subarray(to)]));
        expect(found).toEqual([0, 1, 2].filter((each) => each !== hit));
        if (to - from < blocks[hit]!.length) expect(damage).toHaveLength(1);
      }
    }
  });

  it.each([
    ["another file", "#!/bin/sh\necho ISOTRACE\n"],
    ["a part of the first eight bytes", "ISOTRAC"],
    ["other first eight bytes", "ISOTRACF"],
    ["nothing", ""],
  ])("is refused in one line that names it if it is %s", (_, text) => {
    writeFileSync(path, text);
    expect(() => [...readRecording(path)]).toThrow(NotARecording);
    expect(() => [...readRecording(path)]).toThrow(/^[^\n]*recording\.isotrace: not a recording: [^\n]*$/);
  });

  it("of which a byte at the very beginning is flipped, is none", () => {
    for (let at = 0; at < fileMagic.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 0x20;
      expect(() => read(flipped)).toThrow(NotARecording);
    }
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
    ["a message that is longer than the block", forged(zstdCompressSync(Buffer.from([9, 8])), 2), /decoded/],
    ["bytes behind its zstd frame", forged(Buffer.concat([zstdCompressSync(blocks[0]!), bomb]), 9), /./],
  ])("is damage, and the blocks around it are read: %s", (_, lie, because) => {
    const { blocks: found, damage } = read(Buffer.concat([fileMagic, blocks[0]!, lie, blocks[1]!]));
    expect(damage).toEqual([expect.stringMatching(because)]);
    expect(found).toEqual([0, 1]);
  });

  it("costs no more when it is one of a million than the file is long", () => {
    // Each is sound as to its header, and says that it is as long as a block may be.
    const lie = forged(Buffer.from("x"), 10, 16 << 20);
    const { blocks: found, damage } = read(
      Buffer.concat([fileMagic, blocks[0]!, Buffer.alloc(lie.length * 1_000_000, lie), blocks[1]!]),
    );
    expect(found[0]).toBe(0);
    expect(damage.length).toBeLessThan(100);
  });

  it("costs no more when damage and whole blocks take turns", () => {
    const turn = Buffer.concat([Buffer.from("?"), blocks[0]!]);
    const { blocks: found, damage } = read(
      Buffer.concat([fileMagic, Buffer.alloc(turn.length * 20_000, turn)]),
    );
    expect([found.length, damage.length]).toEqual([20_000, 20_000]);
  });
});
