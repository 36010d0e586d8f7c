import {
  appendFileSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa, execaSync } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mask } from "../../../agent/kernel/fanotify.ts";
import { markOpenFiles, openFileGroup, readOpenFiles } from "../../../agent/kernel/fanotify-files.ts";
import { pathOfFd } from "../../../agent/kernel/handles.ts";
import { eventBytes } from "./support/fanotify-bytes.ts";
import { Overlay } from "./support/overlay.ts";

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-fanotify-files-"));
});
afterEach(() => rmSync(top, { recursive: true }));

/** What waits in a group, each with the path of its file, which is closed. */
function told(group: number): [path: string, pid: number, bits: number][] {
  const found: [string, number, number][] = [];
  const sink = {
    file: (bits: number, pid: number, fd: number) => {
      found.push([pathOfFd(fd)!.toString("latin1"), pid, bits]);
      closeSync(fd);
    },
    overflow: () => expect.unreachable(),
    malformed: (reason: string) => expect.unreachable(reason),
  };
  for (let count = 1; count > 0; ) {
    count = readOpenFiles(group, Buffer.alloc(4096), sink);
    expect(count).toBeGreaterThanOrEqual(0);
  }
  return found;
}

describe("files that are closed after writing", () => {
  let overlay: Overlay;
  let merged: string;
  let group: number;
  beforeEach(() => {
    overlay = new Overlay("echo 1 >below");
    merged = overlay.merged;
    group = openFileGroup();
    const fd = openSync(merged, "r");
    markOpenFiles(group, fd);
    closeSync(fd);
  });
  afterEach(() => {
    closeSync(group);
    overlay[Symbol.dispose]();
  });

  it("are told on an overlayfs, in directories that are new, with any name, by whoever it was", async () => {
    mkdirSync(join(merged, "new/deep"), { recursive: true });
    const name = Buffer.concat([Buffer.from(`${merged}/new/deep/`), Buffer.from("\xff\n", "latin1")]);
    writeFileSync(name, "1");
    appendFileSync(join(merged, "below"), "2");
    const child = execa("sh", ["-c", 'echo > "$0"', join(merged, "by a child")]);
    await child;
    expect(told(group)).toEqual([
      [name.toString("latin1"), process.pid, mask.closeWrite],
      [join(merged, "below"), process.pid, mask.closeWrite],
      [join(merged, "by a child"), child.pid, mask.closeWrite],
    ]);
  });

  it("are those that were written: not what was read, nor what lies on another mount", () => {
    readFileSync(join(merged, "below"));
    writeFileSync(join(top, "beside"), "1");
    expect(told(group)).toEqual([]);
  });

  it("are named as they are called when they are looked at", () => {
    writeFileSync(join(merged, "first"), "1");
    renameSync(join(merged, "first"), join(merged, "then"));
    writeFileSync(join(merged, "gone"), "1");
    rmSync(join(merged, "gone"));
    expect(told(group).map(([path]) => path)).toEqual([join(merged, "then"), join(merged, "gone (deleted)")]);
  });

  it("are told through whatever mount they were written, in whatever namespace", async () => {
    mkdirSync(join(merged, "build"));
    const script = 'mount --bind "$0/build" /mnt && echo 1 >/mnt/file && echo 2 >"$0/other"';
    const child = execa("unshare", ["--mount", "sh", "-c", script, merged]);
    await child;
    expect(told(group).map(([path, pid]) => [basename(path), pid])).toEqual([
      ["file", child.pid],
      ["other", child.pid],
    ]);
  });

  it("are not devices and pipes: nothing is changed by writing to them", () => {
    execaSync("sh", ["-c", "mknod null c 1 3; echo 1 >null; mkfifo p; (cat p & echo 1 >p; wait) >null"], {
      cwd: merged,
    });
    expect(told(group)).toEqual([]);
  });
});

describe("bytes that are no events", () => {
  let pipe: number;
  beforeEach(() => {
    execaSync("mkfifo", [join(top, "fifo")]);
    pipe = openSync(join(top, "fifo"), constants.O_RDWR | constants.O_NONBLOCK);
  });
  afterEach(() => closeSync(pipe));

  function read(bytes: Uint8Array): { count: number; seen: unknown[] } {
    if (bytes.length > 0) writeSync(pipe, bytes);
    const seen: unknown[] = [];
    const count = readOpenFiles(pipe, Buffer.alloc(4096), {
      file: (bits, pid, fd) => seen.push({ bits, pid, fd }),
      overflow: () => seen.push("overflow"),
      malformed: (reason) => seen.push(reason),
    });
    return { count, seen };
  }

  it("are nothing where there are none", () => {
    expect(read(Buffer.alloc(0))).toEqual({ count: 0, seen: [] });
  });

  it.each([
    ["that others were dropped", eventBytes(mask.overflow, 0), "overflow"],
    ["an event without its file", eventBytes(mask.closeWrite, 7), "event without its file"],
    ["one that is longer than what there is", changed(0, 25), "event of 25 bytes, 24 left"],
    ["one that is shorter than any", changed(0, 23), "event of 23 bytes, 24 left"],
    ["one of another version", changed(4, 4), "metadata version 4"],
    ["one that is cut", eventBytes(mask.closeWrite, 7).subarray(0, 23), "event of 0 bytes, 23 left"],
  ])("are told of, and the events before them too: %s", (_, bytes, reason) => {
    const before = { bits: mask.closeWrite, pid: 7, fd: 5 };
    expect(read(Buffer.concat([changed(16, 5), bytes])).seen).toEqual([before, reason]);
  });

  function changed(at: number, value: number): Buffer {
    const bytes = eventBytes(mask.closeWrite, 7);
    if (at === 4) bytes.writeUInt8(value, at);
    else bytes.writeInt32LE(value, at);
    return bytes;
  }

  it("are told of, whatever they are, each once, and never an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 300 }), fc.nat(100), (bytes, size) => {
        Buffer.from(bytes.buffer).writeUInt32LE(size, 0);
        bytes[4] = 3;
        const { count, seen } = read(bytes);
        expect(seen.length).toBeGreaterThan(0);
        expect(seen.length - count).toBeLessThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(bytes.length / 24);
      }),
      { numRuns: 500 },
    );
  });
});
