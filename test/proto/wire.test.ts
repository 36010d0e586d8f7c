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

it("keeps what was written when it grows, and forgets it when it is cleared", () => {
  const writer = new WireWriter();
  writer.latin1("a");
  for (const size of [1 << 16, 3 << 20, 5]) writer.latin1(text(size));
  expect(writer.written.toString("latin1") === `a${text((1 << 16) + (3 << 20) + 5)}`).toBe(true);
  writer.clear();
  writer.raw(Buffer.from("b"));
  expect(writer.written.toString()).toBe("b");
});
