import { compareContents } from "../content/contents.ts";
import type { Context } from "../content/context.ts";
import type { Reading } from "../content/reading.ts";
import type { Content } from "../side/evidence.ts";

/** In what two contents differ, as far as they were kept; undefined if one was not. */
export function readingsOf(a: Content, b: Content, context: Context): Reading[] | undefined {
  if (a.kind === "none" || b.kind === "none") return undefined;
  return compareContents(
    { data: bufferOf(a.data), isWhole: a.kind === "whole" },
    { data: bufferOf(b.data), isWhole: b.kind === "whole" },
    context,
  );
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
