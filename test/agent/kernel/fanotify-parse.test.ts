import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mask } from "../../../agent/kernel/fanotify.ts";
import { type FileNotice, NoticeParser } from "../../../agent/kernel/fanotify-parse.ts";
import { eventBytes, noticeBytes, record, recordBytes } from "./support/fanotify-bytes.ts";

/** What a parser tells of batches, in order. */
function parsed(parser: NoticeParser, bytes: Buffer, length = bytes.length) {
  const told: (FileNotice | string)[] = [];
  const count = parser.parse(bytes, length, {
    notice: (notice) => told.push({ ...notice }),
    overflow: () => told.push("overflow"),
    malformed: (reason) => told.push(`malformed: ${reason}`),
    unknownRecord: (type) => told.push(`unknown record ${type}`),
  });
  return { told, count };
}

const latin1 = (hex: string) => Buffer.from(hex, "hex").toString("latin1");
const none = { fsid: "", directory: "", name: "", newDirectory: "", newName: "", target: "" };
const [fsid, directory, target] = ["12345678", "\x01\0\0\0dir-\xff\0.1", "\x01\0\0\0file\0.11"];

describe("an event", () => {
  it("is told with directory, name and object, as these bytes of Linux 6.18 say: a is made, and renamed to long", () => {
    const [top, file] = ["0100000071879ac60100000000000000", "01000000c39332290200000000000000"];
    const made =
      `5c000000030018000801000000000000ffffffff86710000` +
      `02002400676d3f3eacfdad2b0c000000${top}61000000` +
      `01002000676d3f3eacfdad2b0c000000${file}`;
    const renamed =
      `84000000030018000000001000000000ffffffff86710000` +
      `0a002400676d3f3eacfdad2b0c000000${top}61000000` +
      `0c002800676d3f3eacfdad2b0c000000${top}6c6f6e6700000000` +
      `01002000676d3f3eacfdad2b0c000000${file}`;
    const told = {
      ...none,
      pid: 29062,
      fsid: latin1("676d3f3eacfdad2b"),
      directory: latin1(top),
      name: "a",
      target: latin1(file),
    };
    expect(parsed(new NoticeParser(), Buffer.from(made + renamed, "hex")).told).toEqual([
      { ...told, mask: mask.create | mask.closeWrite },
      { ...told, mask: mask.rename, newDirectory: latin1(top), newName: "long" },
    ]);
  });

  it("on a directory itself has it for directory, and a dot for name", () => {
    const bytes = eventBytes(mask.attrib | mask.onDirectory, 7, recordBytes(record.dfid, fsid, directory));
    expect(parsed(new NoticeParser(), bytes).told).toEqual([
      { ...none, mask: mask.attrib | mask.onDirectory, pid: 7, fsid, directory, name: "." },
    ]);
  });

  it("without any record is told with nothing of the one before", () => {
    const before = noticeBytes({ ...none, mask: mask.create, pid: 7, fsid, directory, name: "a", target });
    const bytes = Buffer.concat([before, eventBytes(mask.delete, 8)]);
    expect(parsed(new NoticeParser(), bytes).told[1]).toEqual({ ...none, mask: mask.delete, pid: 8 });
  });

  it("of an inode that has lost a link is counted and not told: the removal has the name", () => {
    const bytes = noticeBytes({ ...none, mask: mask.attrib, pid: 7, fsid, target });
    expect(parsed(new NoticeParser(), bytes)).toEqual({ told: [], count: 1 });
  });

  it("that says that others were dropped is no event of a file", () => {
    const lost = eventBytes(mask.overflow, 0, recordBytes(record.fid, fsid, "\0\0\0\0"));
    expect(parsed(new NoticeParser(), lost)).toEqual({ told: ["overflow"], count: 1 });
  });

  it("with records that a later kernel adds is told without them, and they are named", () => {
    const [pidfd, later] = ["0400080001000000", "63000400"].map((hex) => Buffer.from(hex, "hex"));
    const known = recordBytes(record.dfidName, fsid, directory, "a");
    const { told } = parsed(new NoticeParser(), eventBytes(mask.create, 7, pidfd!, known, later!));
    expect(told).toEqual([
      "unknown record 4",
      "unknown record 99",
      { ...none, mask: mask.create, pid: 7, fsid, directory, name: "a" },
    ]);
  });

  it("with metadata that a later kernel makes longer is told all the same", () => {
    const bytes = noticeBytes({ ...none, mask: mask.create, pid: 7, fsid, directory, name: "a" });
    const longer = Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(8, 0xff), bytes.subarray(24)]);
    longer.writeUInt32LE(longer.length, 0);
    longer.writeUInt16LE(32, 6);
    expect(parsed(new NoticeParser(), longer).told).toEqual(parsed(new NoticeParser(), bytes).told);
  });
});

const byteString = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const name = fc
  .uint8Array({ minLength: 1, maxLength: 255 })
  .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString("latin1"));
// Few, and alike, so that neighbours often share them: the parser keeps those of the event before.
const handle = fc.oneof(
  fc.constantFrom(directory, `${directory}x`, directory.replace("d", "D"), `${directory.slice(0, -1)}x`),
  byteString(4, 132),
);
const optional = (values: fc.Arbitrary<string>) => fc.option(values, { nil: "" });
const notice: fc.Arbitrary<FileNotice> = fc
  .record({
    mask: fc.nat(0x7fffffff).map((bits) => bits & ~mask.overflow),
    pid: fc.nat(2 ** 22),
    fsid: fc.constantFrom(fsid, "12345679", "02345678", "\0\0\0\0\0\0\0\0"),
    directory: optional(handle),
    name,
    newDirectory: optional(handle),
    newName: name,
    target: optional(handle),
  })
  .map((each) => ({
    ...each,
    fsid: each.directory + each.newDirectory + each.target === "" ? "" : each.fsid,
    name: each.directory === "" ? "" : each.name,
    newName: each.newDirectory === "" ? "" : each.newName,
  }))
  .filter(
    (each) => each.mask !== mask.attrib || each.directory + each.newDirectory !== "" || each.target === "",
  );

describe("a batch of events", () => {
  it("is told whole and in order, whatever its neighbours and the batch before were", () => {
    fc.assert(
      fc.property(fc.array(fc.array(notice, { maxLength: 8 }), { maxLength: 3 }), (batches) => {
        const parser = new NoticeParser();
        for (const batch of batches) {
          const bytes = Buffer.concat(batch.map(noticeBytes));
          expect(parsed(parser, bytes)).toEqual({ told: batch, count: batch.length });
        }
      }),
      { numRuns: 500 },
    );
  });

  it("that is cut anywhere is told up to there, and what is left is malformed", () => {
    fc.assert(
      fc.property(fc.array(notice, { minLength: 1, maxLength: 4 }), fc.nat(), (batch, at) => {
        const each = batch.map(noticeBytes);
        const bytes = Buffer.concat(each);
        const length = at % bytes.length;
        let [whole, end] = [0, 0];
        while (end + each[whole]!.length <= length) end += each[whole++]!.length;
        const { told } = parsed(new NoticeParser(), bytes, length);
        expect(told.slice(0, whole)).toEqual(batch.slice(0, whole));
        expect(told.slice(whole)).toEqual(length === end ? [] : [expect.stringMatching(/^malformed: /)]);
      }),
    );
  });

  it("loses only the event whose records are wrong", () => {
    const good = noticeBytes({ ...none, mask: mask.create, pid: 7, fsid, directory, name: "a" });
    const wrong = noticeBytes({ ...none, mask: mask.create, pid: 7, fsid, directory, name: "b" });
    for (const [at, value] of [
      [26, 0xff], // the record's length
      [36, 0xff], // the handle's, beyond the record
      [37, 0xff],
    ] as const) {
      const bad = Buffer.from(wrong);
      bad[at] = value;
      const { told } = parsed(new NoticeParser(), Buffer.concat([good, bad, good]));
      expect(told.map((each) => (typeof each === "string" ? "malformed" : each.name))).toEqual([
        "a",
        "malformed",
        "a",
      ]);
    }
  });

  it("has no handle that is longer than any can be (MAX_HANDLE_SZ)", () => {
    const told = (length: number) =>
      parsed(
        new NoticeParser(),
        eventBytes(mask.create, 7, recordBytes(record.fid, fsid, "h".repeat(4 + length))),
      ).told;
    expect(told(128)).toMatchObject([{ target: "h".repeat(132) }]);
    expect(told(129)).toEqual([expect.stringMatching(/^malformed: handle of 129 bytes/)]);
  });
});
