import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { decodeEvents } from "../../proto/decoder.ts";
import type { Event } from "../../proto/events.ts";
import { emptyEvents, schema } from "./arbitrary.ts";
import { decoded, encode, plain } from "./coded.ts";
import { samples } from "./samples.ts";

const all = Object.values(samples) as Event[];

describe("what a recording leaves out", () => {
  it.each(Object.keys(samples))("is zero or empty, and never missing: %s", (kind) => {
    const id = schema.lookupType("isotrace.v1.Event").fields[kind]!.id;
    const block = protobuf.Writer.create()
      .fork()
      .uint32((id << 3) | 2)
      .fork()
      .ldelim()
      .ldelim()
      .finish();
    expect(decoded(block)).toEqual([plain(emptyEvents.find((event) => event.kind === kind))]);
  });
});

describe("what a later version adds", () => {
  const known = encode([samples.exit]);

  it("is skipped if it is a kind, and what stands around it is kept", () => {
    const later = protobuf.Writer.create()
      .fork()
      .uint32(1 << 3)
      .sint64(5)
      .uint32((500 << 3) | 2)
      .string("new")
      .ldelim()
      .finish();
    const { time } = samples.exit;
    // It still counts for the times of those that follow.
    expect([...decodeEvents(Buffer.concat([known, later, known]))].map((event) => event.time)).toEqual([
      time,
      time + 5 + time,
    ]);
  });

  it("is skipped if it is a field, of every wire type", () => {
    const fields = [
      (w: protobuf.Writer) => w.uint32((100 << 3) | 0).uint64(2 ** 40),
      (w: protobuf.Writer) => w.uint32((101 << 3) | 1).fixed64(1),
      (w: protobuf.Writer) => w.uint32((102 << 3) | 2).string("new"),
      (w: protobuf.Writer) => w.uint32((103 << 3) | 5).fixed32(1),
    ];
    expect(fields.map((field) => withField(field))).toEqual(fields.map(() => [plain(samples.exit)]));
  });

  function withField(add: (writer: protobuf.Writer) => unknown): unknown[] {
    const w = protobuf.Writer.create().fork();
    w.uint32(1 << 3).sint64(samples.exit.time);
    w.uint32((6 << 3) | 2).fork();
    w.uint32(1 << 3)
      .uint32(1)
      .uint32(2 << 3)
      .uint32(255)
      .uint32(3 << 3)
      .uint32(9)
      .uint32(4 << 3)
      .bool(true);
    add(w);
    return decoded(w.ldelim().ldelim().finish());
  }
});

describe("bytes that are no events", () => {
  it("never become one of an unknown kind, and are refused with an Error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(kindsOrError(bytes)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("of a block that was changed anywhere, too", () => {
    const block = encode(all);
    for (let at = 0; at < block.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = Buffer.from(block);
        changed[at]! ^= flip;
        expect(kindsOrError(changed)).toBeDefined();
      }
    }
  });

  it.each([
    ["a message that is longer than its block", Buffer.from([9, 8, 0]), /message ends at 10, block at 3/],
    ["a member that is longer than its message", Buffer.from([2, 0x32, 9]), /out of range|runs over its end/],
    ["a member that takes bytes of the next message", Buffer.from([2, 0x32, 2, 8, 1]), /runs over its end/],
    [
      "a name that the block does not have",
      protobuf.Writer.create()
        .fork()
        .uint32((8 << 3) | 2)
        .fork()
        .uint32(5 << 3)
        .uint32(1)
        .ldelim()
        .ldelim()
        .finish(),
      /text 1 is not in the block/,
    ],
    ["a number without an end", Buffer.alloc(20, 0xff), /invalid varint|out of range/],
    ["100,000 groups in one another", Buffer.alloc(100_000, 0x0b), /./],
  ])("are refused: %s", (_, bytes, message) => {
    expect(() => [...decodeEvents(bytes)]).toThrow(message);
  });

  /** The kinds that were read, or the Error. Anything else is thrown on. */
  function kindsOrError(bytes: Uint8Array): string[] | Error {
    const kinds: string[] = [];
    try {
      for (const event of decodeEvents(bytes)) kinds.push(event.kind);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return error;
    }
    expect(Object.keys(samples)).toEqual(expect.arrayContaining(kinds));
    return kinds;
  }
});
