import { constants, gunzipSync, inflateRawSync } from "node:zlib";
import type { Budget } from "./budget.ts";
import { compressed, type Decompress } from "./compressed.ts";
import type { Container, Member } from "./container.ts";

/** RFC 1952. What is cut off is decompressed as far as it goes. */
export const gzip: Container = {
  name: "gzip",
  matches: (content) =>
    content.length >= 18 && content[0] === 0x1f && content[1] === 0x8b && content[2] === 8,
  open: (content: Buffer, budget: Budget): Iterable<Member> => compressed("gzip", content, budget, gunzip),
};

const gunzip: Decompress = (content, room) => {
  const options = { maxOutputLength: room, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    return gunzipSync(content, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "Z_DATA_ERROR") throw error;
    // Padding or a signature may follow the last member: the first one alone is better than nothing.
    return inflateRawSync(content.subarray(headerLength(content)), options);
  }
};

/** Bytes before the compressed data (RFC 1952, section 2.3). */
export function headerLength(content: Buffer): number {
  const flags = content[3]!;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (content[at] ?? 0) + 256 * (content[at + 1] ?? 0);
  if ((flags & 8) !== 0) at = afterZero(content, at);
  if ((flags & 16) !== 0) at = afterZero(content, at);
  return (flags & 2) !== 0 ? at + 2 : at;
}

function afterZero(content: Buffer, from: number): number {
  const end = content.indexOf(0, from);
  return end < 0 ? content.length : end + 1;
}
