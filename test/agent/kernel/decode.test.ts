import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, joinLeafFirst } from "../../../agent/kernel/decode.ts";

function decoded(bytes: Buffer) {
  return decode(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

/** size, kind, flags, time 1_000_000 ns, pid 42, start 7_000_000_000 ns. */
function header(size: number, kind: number, flags = 0): string {
  const hex = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(BigInt(value));
    return buffer.toString("hex", 0, bytes);
  };
  return (
    hex(size, 4) + hex(kind, 2) + hex(flags, 2) + hex(1_000_000, 8) + hex(42, 4) + hex(0, 4) + hex(7e9, 8)
  );
}

const process = { time: 1000, pid: 42, start: 7e9 };

describe("golden bytes", () => {
  it("of a fork", () => {
    const bytes = Buffer.from(`${header(48, 1)}2b000000${"00".repeat(4)}0094357700000000`, "hex");
    expect(decoded(bytes)).toEqual({ kind: "fork", ...process, child: 43, childStart: 2_000_000_000 });
  });

  it("of an end by status, and of one by a signal with a core", () => {
    const status = Buffer.from(`${header(40, 3)}0003000000000000`, "hex");
    expect(decoded(status)).toEqual({ kind: "exit", ...process, status: 3, signal: 0, core: false });
    const signal = Buffer.from(`${header(40, 3)}8b00000000000000`, "hex");
    expect(decoded(signal)).toEqual({ kind: "exit", ...process, status: 0, signal: 11, core: true });
  });

  it("of a connection to 192.0.2.1 port 80", () => {
    const bytes = Buffer.from(
      `${header(64, 5)}0200500006000000c0000201${"00".repeat(12)}8dffffff00000000`,
      "hex",
    );
    expect(decoded(bytes)).toMatchObject({
      kind: "connect",
      family: 4,
      port: 80,
      protocol: 6,
      pending: true,
    });
  });

  it("of a connection to 2001:db8::1 port 443, which is through", () => {
    const address = "20010db8000000000000000000000001";
    const bytes = Buffer.from(`${header(64, 5)}0a00bb0111000000${address}${"00".repeat(8)}`, "hex");
    expect(decoded(bytes)).toEqual({
      kind: "connect",
      ...process,
      family: 6,
      address: Buffer.from(address, "hex"),
      port: 443,
      protocol: 17,
      pending: false,
    });
  });

  it("of needs: only what was asked for, and bytes and flags only where something was drawn", () => {
    const bytes = Buffer.concat([Buffer.from(header(128, 4), "hex"), Buffer.alloc(96)]);
    bytes.writeBigUInt64LE(48n, 32);
    for (const [index, count] of [
      [0, 3], // getrandom
      [1, 5], // its flags
      [8, 2], // /dev/urandom
    ] as const)
      bytes.writeUInt32LE(count, 40 + 4 * index);
    expect(decoded(bytes)).toEqual({
      kind: "needs",
      ...process,
      items: [
        { what: "getrandom", count: 3, bytes: 48, flags: 5 },
        { what: "/dev/urandom", count: 2, bytes: 0, flags: 0 },
      ],
    });
  });

  it("of an exec: script, interpreter and directory as paths from the root, arguments as they are", () => {
    const parts = ["./s", "dash\0bin\0usr\0", "b\0", "", "sh\0./s\0\xff\0"].map((part) =>
      Buffer.from(part, "latin1"),
    );
    const size = 128 + parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = Buffer.concat([Buffer.from(header(size, 2, 1), "hex"), Buffer.alloc(96), ...parts]);
    for (const [i, part] of parts.entries()) bytes.writeUInt32LE(part.length, 108 + 4 * i);
    bytes.writeUInt32LE(9999, 100);
    expect(decoded(bytes)).toMatchObject({
      kind: "exec",
      filename: Buffer.from("./s"),
      executable: { path: Buffer.from("/usr/bin/dash"), truncated: false },
      cwd: { path: Buffer.from("/b") },
      argv: Buffer.from("sh\0./s\0\xff\0", "latin1"),
      argvLength: 9999,
      argvTruncated: true,
      environment: undefined,
    });
  });
});

describe("bytes that are no record", () => {
  it("are malformed where a known kind has another size than its own", () => {
    const sizes = new Map([
      [1, 48],
      [3, 40],
      [4, 128],
      [5, 64],
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...sizes.keys()), fc.integer({ min: 32, max: 200 }), (kind, size) => {
        fc.pre(size !== sizes.get(kind));
        const bytes = Buffer.concat([Buffer.from(header(size, kind), "hex"), Buffer.alloc(size - 32)]);
        expect(decoded(bytes)).toEqual({
          kind: "malformed",
          reason: `kind ${kind} with ${size} bytes`,
          length: size,
        });
      }),
    );
  });

  it("are malformed where they say to be longer than they are, or an exec's parts do not add up", () => {
    expect(decoded(Buffer.from(header(49, 1) + "00".repeat(16), "hex"))).toMatchObject({
      kind: "malformed",
      reason: "says 49 bytes",
    });
    expect(decoded(Buffer.from(header(48, 1), "hex").subarray(0, 31)).kind).toBe("malformed");
    const exec = Buffer.concat([Buffer.from(header(129, 2), "hex"), Buffer.alloc(97)]);
    expect(decoded(exec)).toMatchObject({
      kind: "malformed",
      reason: "exec whose parts do not add up",
    });
    for (const field of [108, 112, 116, 120, 124]) {
      const hostile = Buffer.from(exec);
      hostile.writeUInt32LE(0xffffffff, field);
      expect(decoded(hostile).kind).toBe("malformed");
    }
  });

  it("are malformed, whatever they are, and never an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(8), (bytes, kind) => {
        const buffer = Buffer.from(bytes);
        if (buffer.length >= 8) {
          buffer.writeUInt32LE(buffer.length, 0);
          buffer.writeUInt16LE(kind, 4);
        }
        const { kind: told } = decoded(buffer);
        if (buffer.length < 32 || kind === 0 || kind > 5) expect(told).toBe("malformed");
        else expect([["fork", "exec", "exit", "needs", "connect"][kind - 1], "malformed"]).toContain(told);
      }),
      { numRuns: 500 },
    );
    expect(decoded(Buffer.from(header(48, 77) + "00".repeat(16), "hex"))).toMatchObject({
      kind: "malformed",
      reason: "unknown kind 77",
    });
  });
});

it("paths are put together from their leaves up", () => {
  const path = fc.array(fc.stringMatching(/^[a-z.]{1,8}$/), { maxLength: 6 });
  fc.assert(
    fc.property(path, (names) => {
      const components = names
        .toReversed()
        .map((name) => `${name}\0`)
        .join("");
      expect(joinLeafFirst(components)).toBe(`/${names.join("/")}`);
    }),
  );
});
