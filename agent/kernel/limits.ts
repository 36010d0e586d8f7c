import koffi from "koffi";
import { failed } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const setrlimit = libc.func("int setrlimit(int resource, const void *limits)");
const getrlimit = libc.func("int getrlimit(int resource, _Out_ void *limits)");

const RLIMIT_CORE = 4;
const RLIMIT_NOFILE = 7;

/**
 * Sets this process's soft limit of open files (setrlimit(2)), as children inherit it: Node raises its own to the
 * hard limit when it starts. Never above the hard limit. @throws SystemError
 */
export function setOpenFilesLimit(soft: number): void {
  const limits = Buffer.alloc(16); // struct rlimit: soft, hard
  if (getrlimit(RLIMIT_NOFILE, limits) < 0) throw failed("getrlimit", "RLIMIT_NOFILE");
  const hard = limits.readBigUInt64LE(8);
  limits.writeBigUInt64LE(BigInt(soft) < hard ? BigInt(soft) : hard, 0);
  if (setrlimit(RLIMIT_NOFILE, limits) < 0) throw failed("setrlimit", `RLIMIT_NOFILE ${soft}`);
}

/** No core dump of this process (setrlimit(2)): the kernel would write it into the working directory. @throws SystemError */
export function forbidCoreDumps(): void {
  if (setrlimit(RLIMIT_CORE, Buffer.alloc(16)) < 0) throw failed("setrlimit", "RLIMIT_CORE 0");
}
