import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvents } from "../../proto/decoder.ts";
import { EventEncoder } from "../../proto/encoder.ts";
import type { Event, FileEvent } from "../../proto/events.ts";
import { anyEvent, byteString, emptyEvents } from "./arbitrary.ts";
import { decoded, encode, plain } from "./coded.ts";
import { samples } from "./samples.ts";

const all = Object.values(samples) as Event[];

const number = fc.nat(2 ** 32 - 1);
const fileEvent: fc.Arbitrary<FileEvent> = fc.record({
  kind: fc.constant("file" as const),
  time: fc.maxSafeNat().map((n) => n % 2 ** 52),
  process: number,
  epoch: number,
  operations: fc.nat(511),
  directory: number,
  name: byteString,
  newDirectory: number,
  newName: byteString,
  child: number,
  object: fc.maxSafeNat(),
});

describe("what is encoded and decoded", () => {
  it("keeps every field of every kind, also where times go backwards", () => {
    expect(decoded(encode(all))).toEqual(plain(all));
    expect(decoded(encode(all.toReversed()))).toEqual(plain(all.toReversed()));
  });

  it("keeps events of which every field is zero or empty, apart from those before them", () => {
    expect(decoded(encode([...all, ...emptyEvents]))).toEqual(plain([...all, ...emptyEvents]));
  });

  it("keeps events of every kind with any values, in any order", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        expect(decoded(encode(events))).toEqual(plain(events));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps file events with any names and numbers", () => {
    fc.assert(
      fc.property(fc.array(fileEvent, { maxLength: 30 }), (events) => {
        expect(decoded(encode(events))).toEqual(plain(events));
      }),
    );
  });

  it("keeps names of every byte, and arguments of 128 KiB", () => {
    const everyByte = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)).toString("latin1");
    const argv = Buffer.alloc(128 << 10, "a\0\xff", "latin1");
    const large = [
      { ...samples.file, name: everyByte, newName: everyByte.repeat(16) },
      { ...samples.directory, name: everyByte },
      { ...samples.exec, argv, argvLength: 2 ** 32 - 1 },
      { ...samples.output, data: Buffer.alloc(1 << 20, 0xfe) },
    ];
    expect(decoded(encode(large))).toEqual(plain(large));
  });

  it("writes a name once, however often it is used, and keeps the names of 20,000 files apart", () => {
    const named = (name: string): FileEvent => ({ ...samples.file, name, newName: "" });
    const once = encode([named("a".repeat(200))]).length;
    expect(encode(Array.from({ length: 100 }, () => named("a".repeat(200)))).length).toBeLessThan(once * 20);
    const many = Array.from({ length: 20_000 }, (_, i) => named(`f${i}`));
    expect([...decodeEvents(encode(many))].map((event) => (event as FileEvent).name)).toEqual(
      many.map(({ name }) => name),
    );
  });

  it("knows how many events and how many bytes it has", () => {
    const encoder = new EventEncoder();
    expect([encoder.count, encoder.length]).toEqual([0, 0]);
    for (const event of all) encoder.add(event);
    expect([encoder.count, encoder.length]).toEqual([all.length, encoder.finish().length]);
  });
});
