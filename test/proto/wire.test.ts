import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, it } from "vitest";
import { varintSize, WireWriter, zigzag } from "../../proto/wire.ts";

const text = (size: number) => "\xff".repeat(size);

it("writes numbers as protobufjs reads them, in as many bytes as it says", () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat(300)), (value) => {
      const writer = new WireWriter();
      writer.varint(value);
      expect(writer.length).toBe(varintSize(value));
      expect(Number(protobuf.Reader.create(writer.written).uint64())).toBe(value);
    }),
  );
});

it("writes times before as well as after", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), (value) => {
      const writer = new WireWriter();
      writer.varint(zigzag(value));
      expect(Number(protobuf.Reader.create(writer.written).sint64())).toBe(value);
    }),
  );
});

it("writes fields as protobufjs writes them", () => {
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.nat(300),
    fc.constantFrom(2 ** 63, -(2 ** 63)),
  );
  fc.assert(
    fc.property(number, fc.string({ unit: "binary" }), fc.uint8Array(), (value, text, bytes) => {
      const [writer, expected] = [new WireWriter(), protobuf.Writer.create()];
      writer.number(8, value);
      writer.text(18, text);
      writer.bytes(26, bytes);
      if (value < 0) expected.uint32(8).int64(value);
      else expected.uint32(8).uint64(value);
      expected.uint32(18).string(text).uint32(26).bytes(bytes);
      expect(writer.written).toEqual(Buffer.from(expected.finish()));
    }),
  );
});

// A file of a chroot may say that a package is 1e999 bytes large.
it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e30, 2 ** 64, 0.5])(
  "leaves out what is no number of 64 bits: %d",
  (value) => {
    const writer = new WireWriter();
    writer.number(8, value);
    expect(writer.length).toBe(0);
  },
);

// Node's UTF-8 has three bytes for half a pair of UTF-16, and so must the length that stands before them.
it("writes as many bytes of a text as it says, whatever the text", () => {
  const writer = new WireWriter();
  writer.text(10, "\ud800x");
  writer.number(16, 7);
  const reader = protobuf.Reader.create(writer.written);
  expect([reader.uint32(), reader.string(), reader.uint32(), reader.uint32()]).toEqual([
    10,
    "\ufffdx",
    16,
    7,
  ]);
});

it("keeps what was written when it grows, and forgets it when it is cleared", () => {
  const writer = new WireWriter();
  writer.latin1("a");
  for (const size of [1 << 16, 3 << 20, 5]) writer.latin1(text(size));
  expect(writer.written.toString("latin1") === `a${text((1 << 16) + (3 << 20) + 5)}`).toBe(true);
  writer.clear();
  writer.raw(Buffer.from("b"));
  expect(writer.written.toString()).toBe("b");
});
