import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** How many things stand on one shelf: more compress better, and take longer to read. */
export const shelfLength = 48;
/** A shelf that is larger was not made here. Bytes. */
const largest = 256 << 20;

export function shelve(things: unknown): Uint8Array {
  return zstdCompressSync(Buffer.from(JSON.stringify(things), "utf8"));
}

export function unshelve<T>(shelf: Uint8Array): T {
  return JSON.parse(zstdDecompressSync(shelf, { maxOutputLength: largest }).toString("utf8")) as T;
}
