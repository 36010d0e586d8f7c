import fc from "fast-check";
import { expect, test } from "vitest";
import { BadFrame, decodeFrame, encodeFrame, type Frame, maximumFrame } from "../../proto/uplink.ts";

const bytes = fc.uint8Array({ maxLength: 50 });
const offset = fc.maxSafeNat();
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant("hello" as const),
    protocol: fc.nat(),
    build: fc.string(),
    head: bytes,
    labels: fc.array(fc.record({ name: fc.string(), value: fc.string() }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("welcome" as const), offset, window: offset }),
  fc.record({ kind: fc.constant("block" as const), offset, data: bytes }),
  fc.record({ kind: fc.constant("acknowledgement" as const), offset }),
  fc.record({ kind: fc.constant("end" as const), size: offset, sha256: bytes }),
  fc.record({ kind: fc.constant("done" as const), sha256: bytes }),
  fc.record({
    kind: fc.constant("refusal" as const),
    code: fc.string(),
    message: fc.string(),
    again: fc.boolean(),
  }),
);

test("every frame comes back as it was sent", () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const back = decodeFrame(encodeFrame(frame)) as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(frame)) {
        const plain = (each: unknown) =>
          each instanceof Uint8Array ? Buffer.from(each).toString("hex") : each;
        expect(plain(back[name])).toEqual(plain(value));
      }
    }),
  );
});

test("bytes that are no frame are refused as such, whatever they are", () => {
  fc.assert(
    fc.property(anyFrame, fc.nat(), fc.nat(255), fc.nat(60), (frame, at, value, cut) => {
      const bytes = Buffer.from(encodeFrame(frame));
      if (bytes.length > 0) bytes[at % bytes.length] = value;
      try {
        decodeFrame(bytes.subarray(0, Math.max(0, bytes.length - cut)));
      } catch (error) {
        expect(error).toBeInstanceOf(BadFrame);
      }
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["an offset of 2^64 - 1", Buffer.from("1a0b08ffffffffffffffffff01", "hex")],
  ["a length of 2^31", Buffer.from("1affffffff0f", "hex")],
  ["more than a frame can be", Buffer.alloc(maximumFrame + 1)],
])("refused: %s", (_, bytes) => {
  expect(() => decodeFrame(bytes)).toThrow(BadFrame);
});
