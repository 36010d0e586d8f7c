import {
  chmodSync,
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

/** What happened in these directories, in order. */
function notices(keys = [key]): FileNotice[] {
  const found: FileNotice[] = [];
  const buffer = Buffer.alloc(1 << 20);
  const sink = {
    notice: (each: FileNotice) => {
      if (keys.includes(each.directory) || keys.includes(each.newDirectory)) found.push({ ...each });
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

  it("tell where a directory was and where it is, and of which one its entries are then", () => {
    mkdirSync(join(directory, "from/moved"), { recursive: true });
    mkdirSync(join(directory, "to"));
    const [from, to, moved] = ["from", "to", "from/moved"].map((name) => handleOf(join(directory, name)));
    notices();
    renameSync(join(directory, "from/moved"), join(directory, "to/here"));
    chmodSync(join(directory, "to/here"), 0o700);
    writeFileSync(join(directory, "to/here/file"), "");
    const [rename, ...rest] = notices([from!, to!, moved!]);
    expect(rename).toMatchObject({ directory: from, name: "moved", newDirectory: to, newName: "here" });
    expect([rename!.target, names(rename!.mask)]).toEqual([moved, ["rename", "onDirectory"]]);
    const attrib = rest.filter((each) => (each.mask & mask.attrib) !== 0);
    // A directory's own change is told as one of "." in it, and of no object.
    expect(attrib.map((each) => [each.directory, each.name, each.target])).toEqual([[moved, ".", ""]]);
    expect(rest.filter(({ name }) => name === "file").every((each) => each.directory === moved)).toBe(true);
    expect(rest.some(({ name }) => name === "file")).toBe(true);
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
