import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NoticeParser } from "../../../agent/kernel/fanotify-parse.ts";

/** What the parser says of these bytes, in order: notices, and in words what it refuses. */
function parsed(bytes: Uint8Array): unknown[] {
  const told: unknown[] = [];
  const count = new NoticeParser().parse(Buffer.from(bytes), bytes.length, {
    notice: (each) => told.push({ ...each }),
    overflow: () => told.push("overflow"),
    malformed: (reason) => told.push(`malformed: ${reason}`),
    unknownRecord: (type) => told.push(`record ${type}`),
  });
  expect(count).toBeLessThanOrEqual(bytes.length / 24);
  return told;
}

/** struct fanotify_event_metadata, and records (fanotify(7)). */
function event(mask: number, records: Buffer[] = [], { size = 0, version = 3, pid = 42 } = {}): Buffer {
  const body = Buffer.concat(records);
  const head = Buffer.alloc(24);
  head.writeUInt32LE(size === 0 ? 24 + body.length : size, 0);
  head[4] = version;
  head.writeUInt16LE(24, 6);
  head.writeBigUInt64LE(BigInt(mask), 8);
  head.writeInt32LE(-1, 16);
  head.writeInt32LE(pid, 20);
  return Buffer.concat([head, body]);
}

/** One record: header, fsid, struct file_handle, name padded with NULs. */
function record(type: number, handle: string, name?: string, says = 0): Buffer {
  const text = name === undefined ? "" : `${name}\0`.padEnd((name.length + 4) & ~3, "\0");
  const body = Buffer.alloc(20 + handle.length + text.length);
  body[0] = type;
  body.writeUInt16LE(says === 0 ? body.length : says, 2);
  body.write("fsid\x01\x02\x03\xff", 4, "latin1");
  body.writeUInt32LE(handle.length, 12);
  body.writeUInt32LE(0x81, 16);
  body.write(handle + text, 20, "latin1");
  return body;
}

const [FID, DFID_NAME, DFID, OLD_DFID_NAME, NEW_DFID_NAME] = [1, 2, 3, 10, 12];
const nothing = { pid: 42, fsid: "fsid\x01\x02\x03\xff", newDirectory: "", newName: "" };
const key = (handle: string) => `\x81\0\0\0${handle}`;

describe("golden bytes", () => {
  it("of what was made, moved and changed, and of an event that has nothing of the one before", () => {
    const made = event(0x108, [record(DFID_NAME!, "dir-1234", "a\xffb"), record(FID!, "file5678")]);
    const moved = event(0x50000000, [
      record(OLD_DFID_NAME!, "dir-1234", "old"),
      record(NEW_DFID_NAME!, "dir-9999", "new"),
      record(FID!, "moved-00"),
    ]);
    const changed = event(0x40000004, [record(DFID!, "dir-1234")]);
    expect(parsed(Buffer.concat([made, moved, changed, event(4)]))).toEqual([
      { ...nothing, mask: 0x108, directory: key("dir-1234"), name: "a\xffb", target: key("file5678") },
      {
        ...{ ...nothing, mask: 0x50000000, directory: key("dir-1234"), name: "old" },
        ...{ newDirectory: key("dir-9999"), newName: "new", target: key("moved-00") },
      },
      { ...nothing, mask: 0x40000004, directory: key("dir-1234"), name: ".", target: "" },
      { ...nothing, mask: 4, fsid: "", directory: "", name: "", target: "" },
    ]);
  });

  it("of an overflow, and of a record that a later kernel adds: the rest of the event is kept", () => {
    const later = record(77, "something");
    expect(parsed(Buffer.concat([event(0x4000), event(0x8, [later, record(FID!, "file5678")])]))).toEqual([
      "overflow",
      "record 77",
      expect.objectContaining({ mask: 8, target: key("file5678") }),
    ]);
  });
});

describe("bytes that are no events", () => {
  const sound = event(8, [record(FID!, "file5678")]);
  const told = expect.objectContaining({ target: key("file5678") });

  it.each([
    ["a beginning of one", sound.subarray(0, 23), /^malformed: 23 bytes left/],
    ["longer than it is", sound.subarray(0, 40), /^malformed: event of 52 bytes/],
    ["shorter than its beginning", event(8, [], { size: 23 }), /^malformed: event of 23 bytes/],
    ["another version", event(8, [], { version: 4 }), /^malformed: metadata version 4/],
  ])("end what is read of a batch, with a reason: %s", (_, bytes, reason) => {
    expect(parsed(Buffer.concat([sound, bytes]))).toEqual([told, expect.stringMatching(reason)]);
  });

  it.each([
    [
      "a record that is longer",
      record(FID!, "x", undefined, 999),
      /^malformed: record of 999 bytes, 21 left/,
    ],
    ["a record without a length", record(FID!, "x", undefined, 3), /^malformed: record of 3 bytes/],
    ["a record without a handle", Buffer.from([1, 0, 8, 0, 1, 2, 3, 4]), /^malformed: record type 1 of 8/],
    ["a handle of 129 bytes", record(FID!, "x".repeat(129)), /^malformed: handle of 129 bytes/],
    ["a byte too many", Buffer.from([1]), /^malformed: 1 bytes left in an event/],
  ])("of one event do not end the batch: %s", (_, bytes, reason) => {
    expect(parsed(Buffer.concat([event(8, [bytes]), sound]))).toEqual([expect.stringMatching(reason), told]);
  });

  it("are refused with a reason, and never an error, whatever they are", () => {
    const size = fc.nat(120);
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.nat(15), fc.string({ unit: "binary-ascii", maxLength: 140 }), size)
        .map(([type, handle, says]) => record(type, handle, "name", says)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), size, fc.nat(0x5000), (records, says, mask) => {
        expect(parsed(event(mask, records, { size: says })).length).toBeGreaterThan(0);
        const told = parsed(Buffer.concat([event(mask, records), sound]));
        expect(told.at(-1)).toMatchObject({ mask: 8 });
      }),
      { numRuns: 500 },
    );
  });
});
