import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { statFields } from "../../process-stat.ts";
import { type ExecFacts, type Incarnation, tick } from "./incarnation.ts";
import type { ProcessTable } from "./table.ts";

/** Fills the table with the processes that live already (proc(5)): those above the build, and after a recorder's death its own. */
export function seed(table: ProcessTable): void {
  const found = new Map<number, { parent: number; start: number }>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readOrNothing(`/proc/${entry}/stat`);
    if (stat === undefined) continue;
    const fields = statFields(stat.toString("latin1"));
    found.set(Number(entry), { parent: Number(fields[1]), start: Number(fields[19]) * tick });
  }
  const add = (pid: number): Incarnation | undefined => {
    const facts = found.get(pid);
    if (facts === undefined) return undefined;
    const known = table.find(pid, facts.start);
    if (known !== undefined) return known;
    const parent = facts.parent === pid ? undefined : add(facts.parent);
    const process = table.fork(pid, facts.start, Math.floor(facts.start / 1000), parent);
    const exec = commandOf(pid);
    if (exec !== undefined) table.exec(process, process.forked, basename(exec.executable), exec);
    return process;
  };
  for (const pid of found.keys()) add(pid);
}

/** What a living process runs, as far as /proc still tells; undefined for one that has ended, or a kernel thread. */
export function commandOf(pid: number): ExecFacts | undefined {
  const argv = readOrNothing(`/proc/${pid}/cmdline`);
  if (argv === undefined || argv.length === 0) return undefined;
  const limit = 128 << 10;
  const executable = linkOrNothing(`/proc/${pid}/exe`);
  return {
    argv: argv.subarray(0, limit),
    argvLength: argv.length,
    filename: argv.subarray(0, Math.max(argv.indexOf(0), 0)),
    executable,
    workingDirectory: linkOrNothing(`/proc/${pid}/cwd`),
    uid: 0,
    root: 0,
    environment: [],
    restored: true,
    cut: argv.length > limit,
  };
}

/** The last name of a path given in bytes, as a byte string. */
export function basename(path: Uint8Array): string {
  const text = Buffer.from(path.buffer, path.byteOffset, path.length).toString("latin1");
  return text.slice(text.lastIndexOf("/") + 1);
}

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // the process has ended
  }
}

function linkOrNothing(path: string): Uint8Array {
  try {
    return readlinkSync(path, "buffer");
  } catch {
    return new Uint8Array(); // the process has ended, or is the kernel's
  }
}
