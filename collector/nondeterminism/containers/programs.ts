import { execaSync } from "execa";
import type { Budget } from "./budget.ts";
import { compressed } from "./compressed.ts";
import { type Container, exhausted, type Member, unexamined } from "./container.ts";

/** What Node has no decoder for: opened by the standard tools, where they are installed. */
export const xz = byProgram("xz", (content) => content.subarray(0, 6).toString("latin1") === "\xfd7zXZ\0", [
  "xz",
  "--decompress",
  "--stdout",
  "--memlimit-decompress=64MiB",
]);
export const bzip2 = byProgram(
  "bzip2",
  (content) => content.toString("latin1", 0, 3) === "BZh" && content.toString("latin1", 4, 10) === "1AY&SY",
  ["bzip2", "--decompress", "--stdout"],
);
/** The frame format, and the legacy one that Linux' initramfs has (lz4_Frame_format.md). */
export const lz4 = byProgram(
  "lz4",
  (content) => content.length >= 11 && [0x184d2204, 0x184c2102].includes(content.readUInt32LE(0)),
  ["lz4", "--decompress", "--stdout"],
);

/** Milliseconds that a program may take. */
const longest = 3000;

function byProgram(
  name: string,
  matches: (content: Buffer) => boolean,
  [program, ...options]: [string, ...string[]],
): Container {
  const run = (content: Buffer, room: number) => decompress(program, options, content, room);
  function* open(content: Buffer, budget: Budget): Generator<Member> {
    if (budget.takeProgram()) yield* compressed(name, content, budget, run);
    else yield unexamined(name, exhausted);
  }
  return { name, matches, open };
}

/** What the program gave before it ended, or stopped at the content's end; it reads and writes pipes only. */
function decompress(program: string, options: readonly string[], content: Buffer, room: number): Buffer {
  const { stdout, code, exitCode, stderr, isMaxBuffer } = execaSync(program, [...options], {
    input: content,
    encoding: "buffer",
    stderr: "pipe",
    maxBuffer: room,
    timeout: longest,
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
  });
  if (code === "ENOENT") throw new Error(`${program} is not installed`);
  const output = Buffer.from(stdout ?? []);
  if (isMaxBuffer) throw tooLarge(program);
  if (exitCode !== 0 && output.length === 0) {
    throw new Error(
      `${program}: ${Buffer.from(stderr ?? [])
        .toString("latin1", 0, 200)
        .trim()}`,
    );
  }
  return output;
}

function tooLarge(program: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${program} gives more`), { code: "ERR_BUFFER_TOO_LARGE" });
}
