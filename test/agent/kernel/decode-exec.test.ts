import { describe, expect, it } from "vitest";
import { decode } from "../../../agent/kernel/decode.ts";
import type { ExecEvent } from "../../../agent/kernel/events.ts";
import { exec, execFlags, execSize, header } from "../../../agent/kernel/layout.ts";

/** The record of an exec of /bin/x in /d with an environment of A=1, its fields as they are given. */
function decoded(flags: number, fields: Partial<Record<keyof typeof exec, number>> = {}): ExecEvent {
  const parts = ["/bin/x", "x\0bin\0", "d\0", "A=1\0", "x\0"].map((part) => Buffer.from(part));
  const bytes = Buffer.concat([Buffer.alloc(execSize), ...parts]);
  bytes.writeUInt32LE(bytes.length, header.size);
  bytes.writeUInt16LE(2, header.kind);
  bytes.writeUInt16LE(flags, header.flags);
  const sizes = [exec.filename_size, exec.exe_size, exec.cwd_size, exec.env_size, exec.argv_size];
  for (const [i, at] of sizes.entries()) bytes.writeUInt32LE(parts[i]!.length, at);
  for (const [name, value] of Object.entries(fields))
    if (/inode|start/.test(name)) bytes.writeBigUInt64LE(BigInt(value), exec[name as keyof typeof exec]);
    else bytes.writeUInt32LE(value, exec[name as keyof typeof exec]);
  const event = decode(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  if (event.kind !== "exec") throw new Error(JSON.stringify(event));
  return event;
}

const path = (text: string, marks = {}) => ({
  path: Buffer.from(text),
  truncated: false,
  unreachable: false,
  ...marks,
});
const whole = {
  filename: Buffer.from("/bin/x"),
  filenameTruncated: false,
  executable: path("/bin/x"),
  cwd: path("/d"),
  argv: Buffer.from("x\0"),
  argvTruncated: false,
  argvUnreadable: false,
  environment: undefined,
  environmentTruncated: false,
};
const environment = Buffer.from("A=1\0");

describe("an exec of which something is missing", () => {
  it.each<[keyof typeof execFlags | "", Partial<typeof whole> | { environment: Buffer }]>([
    ["", {}],
    ["ARGV_TRUNCATED", { argvTruncated: true }],
    ["ARGV_UNREADABLE", { argvUnreadable: true }],
    ["EXE_TRUNCATED", { executable: path("bin/x", { truncated: true }) }],
    ["EXE_UNREACHABLE", { executable: path("(unreachable)/bin/x", { unreachable: true }) }],
    ["CWD_TRUNCATED", { cwd: path("d", { truncated: true }) }],
    ["CWD_UNREACHABLE", { cwd: path("(unreachable)/d", { unreachable: true }) }],
    ["ENV_PRESENT", { environment }],
    ["ENV_TRUNCATED", { environmentTruncated: true }],
    ["ENV_UNREADABLE", { environmentTruncated: true }],
    ["FILENAME_TRUNCATED", { filenameTruncated: true }],
  ])("says which part it is, and has the others: %s", (flag, marked) => {
    expect(decoded(flag === "" ? 0 : execFlags[flag])).toMatchObject({ ...whole, ...marked });
  });
});

describe("an exec's numbers", () => {
  it("are each read from their own place", () => {
    const fields = {
      parent: 1,
      uid: 2,
      parent_start: 3,
      root_inode: 4,
      cwd_inode: 5,
      exe_inode: 6,
      stdout_inode: 11,
      stderr_inode: 12,
    };
    const devices = { root_device: 7, cwd_device: 8, exe_device: 9 };
    expect(decoded(0, { ...fields, ...devices, argv_total: 10 })).toMatchObject({
      ...{ parent: 1, uid: 2, parentStart: 3, argvLength: 10 },
      root: { inode: 4, device: 7 },
      cwdIdentity: { inode: 5, device: 8 },
      executableIdentity: { inode: 6, device: 9 },
      outputs: [11, 12],
    });
  });

  it.each([
    // major << 20 | minor; and as makedev(3) puts them together.
    ["8:1", (8 << 20) | 1, 0x801],
    ["0:45, of a tmpfs", 45, 45],
    ["253:256", ((253 << 20) | 256) >>> 0, 0x10fd00],
    ["259:1048575, the largest minor", ((259 << 20) | 0xfffff) >>> 0, 0xfff103ff],
    ["4095:255, the largest major", ((4095 << 20) | 255) >>> 0, 0xfffff],
  ])("are a device's as stat(2) gives them: %s", (_, kernel, stat) => {
    expect(decoded(0, { root_device: kernel }).root.device).toBe(stat);
  });

  it("are inodes beyond 32 bits", () => {
    expect(decoded(0, { root_inode: 2 ** 52 + 1 }).root.inode).toBe(2 ** 52 + 1);
  });
});
