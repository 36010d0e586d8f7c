import { readFileSync, statSync } from "node:fs";
import koffi, { type LibraryHandle } from "koffi";
import * as layout from "./layout.ts";
import { close, failed, SystemError } from "./libc.ts";
import type { Pointer } from "./pointer.ts";
import { openTaps } from "./taps.ts";

/** The eBPF programs could not be loaded. `step` is "libbpf", "open", or a program's name. */
export class BpfError extends Error {
  override readonly name = "BpfError";
  readonly step: string;
  readonly code: string;

  constructor(step: string, code: string, detail: string, remedy: string, cause?: unknown) {
    super(`eBPF ${step}: ${code}${detail === "" ? "" : ` (${detail})`}; ${remedy}`, { cause });
    this.step = step;
    this.code = code;
  }
}

export interface ProcessEventsOptions {
  /** Size of the ring: a power of two of at least 4096. Default 4 MiB. */
  ringBytes?: number;
  /** Count what processes ask of their environment: about 1 % of a build's time. */
  needs: boolean;
  /** Look at every system call for that, also where those of interest can be had apart. */
  everyCall?: boolean;
}

/**
 * Descriptors that another process can be given: with `ringFd` it reads events, with `lossesFd` and `programFds` the
 * losses. The programs run until all of the descriptors of `linkFds` are closed.
 */
export interface ProcessEvents {
  ringFd: number;
  lossesFd: number;
  programFds: number[];
  linkFds: number[];
  readLosses(): Losses;
  close(): void;
}

/** Records that found no room in the ring, by kind; `needsTable`: processes whose needs were not counted. */
export interface Losses {
  fork: number;
  exec: number;
  exit: number;
  needs: number;
  connect: number;
  needsTable: number;
  /** Runs of a program that the kernel skipped: a program must not interrupt itself. */
  skipped: number;
}

const processPrograms = ["on_fork", "on_exec", "on_exit"];
/** What processes ask of their environment: at the exits of some calls, or of all. */
const needsPrograms = { tapped: "on_tapped_exit", every: "on_sys_exit" } as const;

/**
 * Loads isotrace.bpf.o and attaches its programs: from here on, events gather in the ring.
 * @throws BpfError
 */
export function openProcessEvents(options: ProcessEventsOptions): ProcessEvents {
  const libbpf = library();
  const ringBytes = options.ringBytes ?? 4 << 20;
  if (ringBytes < 4096 || (ringBytes & (ringBytes - 1)) !== 0)
    throw new RangeError(`ring size ${ringBytes}: must be a power of two of at least 4096 bytes`);
  const path = new URL("isotrace.bpf.o", import.meta.url);
  const code = readFileSync(path);
  const object: Pointer = libbpf.open(code, code.length, null);
  if (!object) throw new BpfError("open", failed("open", path.pathname).code, path.pathname, reinstall);
  const links: Pointer[] = [];
  const taps = options.needs && options.everyCall !== true ? openTaps() : [];
  const isTapped = taps.length > 0;
  try {
    const needsProgram = isTapped ? needsPrograms.tapped : needsPrograms.every;
    const names = options.needs ? [...processPrograms, needsProgram] : processPrograms;
    configure(libbpf, object, ringBytes, options.needs ? needsProgram : undefined);
    const programs = load(libbpf, object, names);
    for (const [index, program] of programs.entries()) {
      const name = names[index]!;
      if (name === needsPrograms.tapped) attachEach(libbpf, program, name, taps, links);
      else links.push(attached(name, libbpf.attach(program)));
    }
    const ringFd: number = libbpf.mapFd(libbpf.findMap(object, "events"));
    const lossesFd: number = libbpf.mapFd(libbpf.findMap(object, "losses"));
    const programFds: number[] = programs.map((program) => libbpf.programFd(program));
    return {
      ringFd,
      lossesFd,
      programFds,
      linkFds: links.map((link) => libbpf.linkFd(link)),
      readLosses: () => readLosses(lossesFd, programFds),
      close: () => {
        for (const link of links.splice(0)) libbpf.destroy(link);
        libbpf.close(object);
      },
    };
  } catch (error) {
    for (const link of links) libbpf.destroy(link);
    for (const fd of taps) close(fd);
    libbpf.close(object);
    if (isTapped) return openProcessEvents({ ...options, everyCall: true });
    throw error;
  }
}

/** To every tap; each then belongs to its link. */
function attachEach(libbpf: Libbpf, program: Pointer, name: string, taps: number[], links: Pointer[]): void {
  for (let fd = taps[0]; fd !== undefined; fd = taps[0]) {
    links.push(attached(name, libbpf.attachPerfEvent(program, fd)));
    taps.shift();
  }
}

function attached(name: string, link: Pointer): Pointer {
  if (!link) throw new BpfError(name, failed("attach", "").code, "attaching", privileges);
  return link;
}

/** Counts so far, from descriptors of `openProcessEvents`, in any process. @throws SystemError, BpfError */
export function readLosses(lossesFd: number, programFds: readonly number[]): Losses {
  const libbpf = library();
  const key = Buffer.alloc(4);
  const value = Buffer.alloc(8);
  const count = (kind: number): number => {
    key.writeUInt32LE(kind);
    const result: number = libbpf.lookup(lossesFd, key, value);
    if (result < 0) throw new SystemError("bpf map lookup", -result, `losses, fd ${lossesFd}`);
    return Number(value.readBigUInt64LE());
  };
  let skipped = 0;
  for (const fd of programFds) skipped += recursionMisses(libbpf, fd);
  return {
    fork: count(layout.kinds.fork),
    exec: count(layout.kinds.exec),
    exit: count(layout.kinds.exit),
    needs: count(layout.kinds.needs),
    connect: count(layout.kinds.connect),
    needsTable: count(layout.kinds.needsTable),
    skipped,
  };
}

/** The size of a ring buffer, from its descriptor. @throws SystemError, BpfError */
export function ringSize(ringFd: number): number {
  // struct bpf_map_info: u32 type, id, key_size, value_size, max_entries
  return info(library(), ringFd, 20).readUInt32LE(16);
}

/** The descriptors are this process's copies: the programs go on as long as another process has the links. */
export function closeAll(fds: Iterable<number>): void {
  for (const fd of fds) close(fd);
}

const reinstall = "the installation is damaged: install Isotrace again";
const privileges = "root (CAP_BPF, CAP_PERFMON) and a kernel of 5.17 or later with BTF are needed";

function configure(libbpf: Libbpf, object: Pointer, ringBytes: number, needsProgram?: string): void {
  const settings = Buffer.alloc(layout.settingsSize);
  settings.writeBigUInt64LE(BigInt(ringBytes >> 2), layout.settings.wake_bytes);
  settings.writeUInt32LE(statSync("/proc/self/ns/pid").ino, layout.settings.pid_namespace);
  settings.writeUInt32LE(needsProgram === undefined ? 0 : 1, layout.settings.needs);
  const result: number =
    libbpf.setInitialValue(libbpf.findMap(object, ".rodata.settings"), settings, settings.length) ||
    libbpf.setMaxEntries(libbpf.findMap(object, "events"), ringBytes) ||
    Object.values(needsPrograms).reduce(
      (error: number, name) =>
        error || libbpf.setAutoload(libbpf.findProgram(object, name), name === needsProgram),
      0,
    );
  if (result !== 0) throw new BpfError("settings", `error ${result}`, "", reinstall);
}

const LOG_SIZE = 1 << 16;

/** The programs named, loaded. The verifier's last line goes into the error: libbpf itself prints nothing. */
function load(libbpf: Libbpf, object: Pointer, names: readonly string[]): Pointer[] {
  const programs: Pointer[] = names.map((name) => libbpf.findProgram(object, name));
  const logs: Pointer[] = programs.map(() => koffi.alloc("char", LOG_SIZE));
  try {
    for (const [index, program] of programs.entries()) libbpf.setLog(program, logs[index]!, LOG_SIZE);
    const result: number = libbpf.load(object);
    if (result === 0) return programs;
    const culprit = programs.findIndex((program) => libbpf.programFd(program) < 0);
    const log = culprit < 0 ? "" : koffi.decode.string(logs[culprit]);
    const error = new SystemError("bpf", -result, names[culprit] ?? "maps");
    throw new BpfError(names[culprit] ?? "maps", error.code, lastLine(log), privileges, error);
  } finally {
    for (const log of logs) koffi.free(log);
  }
}

/** The verifier ends with counts of its own work; what it refused stands above them. */
function lastLine(log: string): string {
  const lines = log
    .split("\n")
    .filter((line) => line !== "" && !/^(processed|verification|stack depth)/.test(line));
  return lines.at(-1) ?? "";
}

// struct bpf_prog_info, u64 recursion_misses: Linux 5.12 (include/uapi/linux/bpf.h).
const RECURSION_MISSES = 208;

function recursionMisses(libbpf: Libbpf, programFd: number): number {
  return Number(info(libbpf, programFd, RECURSION_MISSES + 8).readBigUInt64LE(RECURSION_MISSES));
}

function info(libbpf: Libbpf, fd: number, size: number): Buffer {
  const answer = Buffer.alloc(size);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(size);
  const result: number = libbpf.info(fd, answer, length);
  if (result < 0) throw new SystemError("bpf object info", -result, `fd ${fd}`);
  return answer;
}

type Libbpf = ReturnType<typeof bind>;
let loaded: Libbpf | undefined;

/** libbpf.so.1, opened when it is first needed: reading a ring does not need it. */
function library(): Libbpf {
  if (loaded !== undefined) return loaded;
  try {
    loaded = bind(koffi.load("libbpf.so.1"));
  } catch (error) {
    throw new BpfError("libbpf", "ENOENT", "libbpf.so.1", "install the package libbpf1", error);
  }
  loaded.setPrint(null);
  return loaded;
}

function bind(lib: LibraryHandle) {
  return {
    setPrint: lib.func("void *libbpf_set_print(void *print)"),
    open: lib.func("void *bpf_object__open_mem(const void *code, size_t size, const void *options)"),
    load: lib.func("int bpf_object__load(void *object)"),
    close: lib.func("void bpf_object__close(void *object)"),
    findMap: lib.func("void *bpf_object__find_map_by_name(void *object, const char *name)"),
    findProgram: lib.func("void *bpf_object__find_program_by_name(void *object, const char *name)"),
    setInitialValue: lib.func("int bpf_map__set_initial_value(void *map, const void *data, size_t size)"),
    setMaxEntries: lib.func("int bpf_map__set_max_entries(void *map, uint32_t entries)"),
    mapFd: lib.func("int bpf_map__fd(void *map)"),
    setAutoload: lib.func("int bpf_program__set_autoload(void *program, bool autoload)"),
    setLog: lib.func("int bpf_program__set_log_buf(void *program, void *log, size_t size)"),
    programFd: lib.func("int bpf_program__fd(void *program)"),
    attach: lib.func("void *bpf_program__attach(void *program)"),
    attachPerfEvent: lib.func("void *bpf_program__attach_perf_event(void *program, int fd)"),
    linkFd: lib.func("int bpf_link__fd(void *link)"),
    destroy: lib.func("int bpf_link__destroy(void *link)"),
    lookup: lib.func("int bpf_map_lookup_elem(int fd, const void *key, _Out_ void *value)"),
    info: lib.func("int bpf_obj_get_info_by_fd(int fd, _Inout_ void *info, _Inout_ void *size)"),
  };
}
