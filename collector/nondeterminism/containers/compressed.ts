import type { Budget } from "./budget.ts";
import { exhausted, type Member, unexamined } from "./container.ts";

/** Decompresses into at most `room` bytes. @throws an error with code ERR_BUFFER_TOO_LARGE if it is more, others if it is damaged. */
export type Decompress = (content: Buffer, room: number) => Buffer;

/** Of deflate; what others reach beyond it ends at the room for a member. */
const highestRatio = 1032;

/** The one member of a compressed file. */
export function* compressed(
  name: string,
  content: Buffer,
  budget: Budget,
  decompress: Decompress,
): Generator<Member> {
  const { room } = budget;
  if (room === 0) {
    yield unexamined(name, exhausted);
    return;
  }
  try {
    const data = decompress(content, room);
    budget.take(data.length);
    yield { name, data, isCut: false, problem: "" };
  } catch (error) {
    // What was tried for nothing has cost as much as what is used.
    budget.take(Math.min(room, content.length * highestRatio));
    yield unexamined(name, problemOf(name, room, error as NodeJS.ErrnoException));
  }
}

function problemOf(name: string, room: number, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ERR_BUFFER_TOO_LARGE") return `it is ${name} that holds more than ${room} bytes`;
  return `it is ${name} that cannot be decompressed: ${message}`;
}
