import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markFilesystem, mask, openFanotify, readBatch } from "../../../agent/kernel/fanotify.ts";
import { type FileNotice, NoticeParser } from "../../../agent/kernel/fanotify-parse.ts";
import { handleOf } from "../../../agent/kernel/handles.ts";
import { close } from "../../../agent/kernel/libc.ts";

let directory: string;
let group: number;
let key: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-fanotify-"));
  key = handleOf(directory);
  group = openFanotify();
  const fd = openSync(directory, "r");
  markFilesystem(group, fd);
  closeSync(fd);
});
afterEach(() => {
  close(group);
  rmSync(directory, { recursive: true });
});

/** What happened in the directory, in order. */
function notices(): FileNotice[] {
  const found: FileNotice[] = [];
  const buffer = Buffer.alloc(1 << 20);
  const sink = {
    notice: (each: FileNotice) => {
      if (each.directory === key || each.newDirectory === key) found.push({ ...each });
    },
    overflow: () => expect.unreachable(),
    malformed: (reason: string) => expect.unreachable(reason),
    unknownRecord: (type: number) => expect.unreachable(`record ${type}`),
  };
  for (let count = readBatch(group, buffer); count > 0; count = readBatch(group, buffer))
    new NoticeParser().parse(buffer, count, sink);
  return found;
}

const names = (bits: number) =>
  Object.entries(mask)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name);

describe("the kernel's events", () => {
  it("tell what was done, by whom, and with which object", () => {
    writeFileSync(join(directory, "a"), "1");
    const object = handleOf(join(directory, "a"));
    linkSync(join(directory, "a"), join(directory, "b"));
    renameSync(join(directory, "a"), join(directory, "c"));
    unlinkSync(join(directory, "b"));
    mkdirSync(join(directory, "d"));
    rmdirSync(join(directory, "d"));
    const found = notices();
    expect(found.every(({ pid }) => pid === process.pid)).toBe(true);
    const told = found.map((each) => [each.name, each.newName, ...names(each.mask)]);
    expect(told[0]).toEqual(["a", "", "modify", "closeWrite", "create"]);
    expect(told.filter(([, newName]) => newName !== "")).toEqual([["a", "c", "rename"]]);
    // Making and removing of one name may come as one event.
    expect(
      told
        .filter(([name]) => name === "b")
        .flatMap((each) => each.slice(2))
        .sort(),
    ).toEqual(["create", "delete"]);
    expect(told.filter(([name]) => name === "d").flatMap((each) => each.slice(2))).toContain("onDirectory");
    expect(found.filter(({ name }) => name !== "d" && name !== ".").map(({ target }) => target)).toEqual(
      found.filter(({ name }) => name !== "d" && name !== ".").map(() => object),
    );
  });

  it("keep every byte of a name", () => {
    const all = ["new\nline", "\xff\xfe", "x".repeat(255), "-", " "].map((name) =>
      Buffer.from(name, "latin1"),
    );
    for (const name of all) writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), name]), "");
    const made = notices().filter((each) => (each.mask & mask.create) !== 0);
    expect(made.map(({ name }) => name)).toEqual(all.map((name) => name.toString("latin1")));
  });
});

describe("bytes that are no events", () => {
  it("are refused with a reason, and never an error", () => {
    const sizes = fc.nat(300);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sizes, sizes, (bytes, eventSize, recordSize) => {
        const buffer = Buffer.alloc(Math.max(bytes.length, 64));
        buffer.set(bytes);
        buffer.writeUInt32LE(eventSize, 0);
        buffer[4] = 3;
        buffer.writeUInt16LE(24, 6);
        buffer.writeUInt16LE(recordSize, 26);
        let told = 0;
        const count = () => {
          told++;
        };
        new NoticeParser().parse(buffer, buffer.length, {
          notice: count,
          overflow: count,
          malformed: count,
          unknownRecord: count,
        });
        expect(told).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
