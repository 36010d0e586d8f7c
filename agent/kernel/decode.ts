import type { ExecEvent, Identity, KernelEvent, PathFromRoot } from "./events.ts";
import * as layout from "./layout.ts";

/**
 * One record at an offset. Bytes are copied: the record's memory may be given back afterwards.
 * Never throws: what is not a whole known record comes back as "malformed".
 */
export function decode(buffer: Buffer, view: DataView, offset: number, length: number): KernelEvent {
  if (offset < 0 || length < layout.headerSize || offset + length > buffer.length)
    return { kind: "malformed", reason: "shorter than its header", length };
  const size = view.getUint32(offset + layout.header.size, true);
  if (size > length || size < layout.headerSize)
    return { kind: "malformed", reason: `says ${size} bytes`, length };
  const kind = view.getUint16(offset + layout.header.kind, true);
  const time = u64(view, offset + layout.header.time) / 1000;
  const pid = view.getUint32(offset + layout.header.pid, true);
  const start = u64(view, offset + layout.header.start);
  switch (kind) {
    case layout.kinds.fork: {
      if (size !== layout.forkSize) break;
      const child = view.getUint32(offset + layout.fork.child, true);
      const childStart = u64(view, offset + layout.fork.child_start);
      return { kind: "fork", time, pid, start, child, childStart };
    }
    case layout.kinds.exit: {
      if (size !== layout.exitSize) break;
      const raw = view.getUint32(offset + layout.exit.status, true);
      const signal = raw & 0x7f;
      const status = signal === 0 ? (raw >> 8) & 0xff : 0;
      return { kind: "exit", time, pid, start, status, signal, core: (raw & 0x80) !== 0 };
    }
    case layout.kinds.exec:
      if (size < layout.execSize) break;
      return decodeExec(buffer, view, offset, size, time, pid, start);
    case layout.kinds.needs:
      if (size !== layout.needsSize) break;
      return { kind: "needs", time, pid, start, items: needItems(view, offset) };
    case layout.kinds.connect: {
      if (size !== layout.connectSize) break;
      const family = view.getUint16(offset + layout.connect.family, true) === 2 ? 4 : 6;
      const from = offset + layout.connect.address;
      return {
        kind: "connect",
        time,
        pid,
        start,
        family,
        address: Buffer.from(buffer.subarray(from, from + (family === 4 ? 4 : 16))),
        port: view.getUint16(offset + layout.connect.port, true),
        protocol: view.getUint32(offset + layout.connect.protocol, true),
        pending: view.getInt32(offset + layout.connect.result, true) !== 0,
      };
    }
    default:
      return { kind: "malformed", reason: `unknown kind ${kind}`, length };
  }
  return { kind: "malformed", reason: `kind ${kind} with ${size} bytes`, length };
}

function decodeExec(
  buffer: Buffer,
  view: DataView,
  offset: number,
  size: number,
  time: number,
  pid: number,
  start: number,
): KernelEvent {
  const u32 = (field: number): number => view.getUint32(offset + field, true);
  const f = layout.exec;
  const filenameSize = u32(f.filename_size);
  const exeSize = u32(f.exe_size);
  const cwdSize = u32(f.cwd_size);
  const envSize = u32(f.env_size);
  const argvSize = u32(f.argv_size);
  if (layout.execSize + filenameSize + exeSize + cwdSize + envSize + argvSize !== size)
    return { kind: "malformed", reason: "exec whose parts do not add up", length: size };
  const flags = view.getUint16(offset + layout.header.flags, true);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  // One copy of all that is variable; the parts are windows of it.
  const body = Buffer.from(buffer.subarray(offset + layout.execSize, offset + size));
  let at = filenameSize;
  const executable = pathOf(body.toString("latin1", at, at + exeSize));
  at += exeSize;
  const cwd = pathOf(body.toString("latin1", at, at + cwdSize));
  at += cwdSize;
  const environment = body.subarray(at, at + envSize);
  at += envSize;
  const argv = body.subarray(at);
  const F = layout.execFlags;
  return {
    kind: "exec",
    time,
    pid,
    start,
    parent: u32(f.parent),
    parentStart: u64(view, offset + f.parent_start),
    uid: u32(f.uid),
    filename: body.subarray(0, filenameSize),
    filenameTruncated: has(F.FILENAME_TRUNCATED),
    executable: fromRoot(executable, has(F.EXE_TRUNCATED), has(F.EXE_UNREACHABLE)),
    cwd: fromRoot(cwd, has(F.CWD_TRUNCATED), has(F.CWD_UNREACHABLE)),
    root: identity(view, offset, f.root_device, f.root_inode),
    cwdIdentity: identity(view, offset, f.cwd_device, f.cwd_inode),
    executableIdentity: identity(view, offset, f.exe_device, f.exe_inode),
    outputs: [f.stdout_inode, f.stderr_inode]
      .map((field) => u64(view, offset + field))
      .filter((inode) => inode !== 0),
    argv,
    argvLength: u32(f.argv_total),
    argvTruncated: has(F.ARGV_TRUNCATED),
    argvUnreadable: has(F.ARGV_UNREADABLE),
    environment: has(F.ENV_PRESENT) ? environment : undefined,
    environmentTruncated: has(F.ENV_TRUNCATED | F.ENV_UNREADABLE),
  } satisfies ExecEvent;
}

/** Paths put together last, by their components: a build executes few programs, in few directories, again and again. */
const paths = new Map<string, Buffer>();
const mostPaths = 256;

function pathOf(components: string): Buffer {
  const known = paths.get(components);
  if (known !== undefined) return known;
  if (paths.size === mostPaths) paths.clear();
  const path = Buffer.from(joinLeafFirst(components), "latin1");
  paths.set(components, path);
  return path;
}

/** "leaf NUL middle NUL top NUL" to "/top/middle/leaf"; nothing to "/". */
export function joinLeafFirst(components: string): string {
  return components === "" ? "/" : components.split("\0").reverse().join("/");
}

/** As getcwd(2) and /proc mark it, so that the path is not taken for one below the root. */
const unreachableMark = Buffer.from("(unreachable)");

function fromRoot(path: Buffer, truncated: boolean, unreachable: boolean): PathFromRoot {
  if (unreachable) return { path: Buffer.concat([unreachableMark, path]), truncated, unreachable };
  return { path: truncated ? path.subarray(1) : path, truncated, unreachable };
}

/** The kernel keeps 12 bits of major and 20 of minor; stat(2)'s encoding is as in sys/sysmacros.h. */
function identity(view: DataView, offset: number, device: number, inode: number): Identity {
  const kernel = view.getUint32(offset + device, true);
  const minor = kernel & 0xfffff;
  return {
    device: (minor & 0xff) + (kernel >>> 20) * 0x100 + (minor >>> 8) * 0x100000,
    inode: u64(view, offset + inode),
  };
}

function needItems(view: DataView, offset: number) {
  const items = [];
  for (const [index, [name, what]] of layout.needNames.entries()) {
    const count = view.getUint32(offset + layout.needs.counts + 4 * index, true);
    if (count === 0 || what === "") continue;
    const drawn = name === "NEED_GETRANDOM";
    items.push({
      what,
      count,
      bytes: drawn ? u64(view, offset + layout.needs.getrandom_bytes) : 0,
      flags: drawn ? view.getUint32(offset + layout.needs.counts + 4, true) : 0,
    });
  }
  return items;
}

/** As a double: exact below 2^53 (104 days of ns); above that rounded, the same way for the same value. */
function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x100000000;
}
