import { createHash } from "node:crypto";

/**
 * A UUID of version 8 (RFC 9562, 5.8) made from the SHA-256 of a text: documents that must have an identifier of
 * their own get the same one for the same content, and no clock or random number is needed.
 */
export function contentUuid(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [0, 8, 12, 16, 20].map((from, i, at) => hex.slice(from, at[i + 1] ?? 32)).join("-");
}
