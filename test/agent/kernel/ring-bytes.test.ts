import { mkdtempSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openProcessEvents } from "../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../agent/kernel/ring.ts";
import { busy, discarded, makeRingFile, type RingRecord } from "./support/ring-file.ts";

const size = 4096;
const directory = mkdtempSync(join(tmpdir(), "isotrace-ring-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What is read of records that begin at a position, and where the reader then stands, as the kernel sees it. */
function readAll(from: number, records: RingRecord[], maxRecords?: number) {
  const file = makeRingFile(join(directory, "ring"), size, from, records);
  const ring = new Ring(file.fd, size);
  try {
    const read: string[] = [];
    const take = (offset: number, length: number) =>
      read.push(ring.data.toString("hex", offset, offset + length));
    const count = ring.consume(take, maxRecords);
    expect(count).toBe(read.length);
    const position = Buffer.alloc(8);
    readSync(file.fd, position, 0, 8, 0);
    const at = Number(position.readBigUInt64LE());
    expect(ring.unread).toBe(file.end - at);
    return { read, at, end: file.end };
  } finally {
    ring.close();
    file.close();
  }
}

const record = (text: string, flags = 0): RingRecord => ({ bytes: Buffer.from(text), flags });
const hex = ({ bytes }: RingRecord) => Buffer.from(bytes).toString("hex");

describe("the records of a ring", () => {
  it("are read in order and whole, wherever they lie, those that were given up are passed over", () => {
    const records = fc
      .array(
        fc.record({ bytes: fc.uint8Array({ maxLength: 400 }), flags: fc.constantFrom(0, 0, discarded) }),
        {
          maxLength: 20,
        },
      )
      .filter((all) => all.reduce((sum, { bytes }) => sum + ((8 + bytes.length + 7) & ~7), 0) <= size);
    fc.assert(
      fc.property(records, fc.nat(100_000), (all, position) => {
        const { read, at, end } = readAll(position * 8, all);
        expect(read).toEqual(all.filter(({ flags }) => flags === 0).map(hex));
        expect(at).toBe(end);
      }),
    );
  });

  it("are not read beyond one that is still being written, and that one is not given back", () => {
    const [a, b, c] = [record("a"), record("b", busy), record("c")];
    expect(readAll(0, [a, b, c])).toMatchObject({ read: [hex(a)], at: 16 });
    expect(readAll(0, [b])).toMatchObject({ read: [], at: 0 });
  });

  it("are as many as were asked for, and the others stay", () => {
    const all = ["a", "b", "c"].map((text) => record(text));
    expect(readAll(0, all, 2)).toMatchObject({ read: all.slice(0, 2).map(hex), at: 32 });
  });

  it("give their memory back while others are still being read, so that the kernel need not drop any", () => {
    const file = makeRingFile(join(directory, "ring"), size, 0, Array(30).fill(record("x".repeat(100))));
    const ring = new Ring(file.fd, size);
    try {
      let mostUnread = 0;
      let read = 0;
      ring.consume((_, length) => {
        read += 8 + length;
        mostUnread = Math.max(mostUnread, ring.unread - (file.end - read));
      });
      expect(mostUnread).toBeLessThan(size / 4);
    } finally {
      ring.close();
      file.close();
    }
  });

  it("cannot be read when the ring is closed, and the process lives on", () => {
    const file = makeRingFile(join(directory, "ring"), size, 0, [record("a")]);
    const ring = new Ring(file.fd, size);
    ring.close();
    file.close();
    expect(() => ring.consume(() => {})).toThrow(RangeError);
    expect(ring.data.length).toBe(0);
  });
});

it("what is no ring of that size is refused: reading where nothing is mapped would end the process", () => {
  const source = openProcessEvents({ needs: false, ringBytes: size });
  try {
    expect(() => new Ring(source.ringFd, 2 * size)).toThrow(/^mmap fd \d+, 20480 bytes at 4096: E[A-Z]+$/);
    expect(() => new Ring(source.lossesFd, size)).toThrow(/^mmap fd /);
  } finally {
    source.close();
  }
});
