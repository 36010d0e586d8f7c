import { constants, gunzipSync, inflateRawSync, zstdDecompressSync } from "node:zlib";

/** Bytes that are decompressed of one layer, and of all of a content; and how many are within each other. */
const layerLimit = 16 << 20;
const totalLimit = 32 << 20;
const depthLimit = 2;

/** A content, and what is compressed in it with gzip, zstd or as a zip archive; of the beginning of one as much as it holds. */
export function* layers(data: Buffer): Generator<Buffer | "too large"> {
  yield* layersOf(data, 0, { left: totalLimit });
}

interface Budget {
  left: number;
}

function* layersOf(data: Buffer, depth: number, budget: Budget): Generator<Buffer | "too large"> {
  yield data;
  if (depth === depthLimit) return;
  for (const decompress of decompressions(data)) {
    const inner = attempt(decompress, Math.min(layerLimit, budget.left));
    if (inner === "too large") yield inner;
    if (inner === "too large" || inner === undefined) continue;
    // An empty one costs something, too: a zip archive can have thousands.
    budget.left -= inner.length + 1024;
    yield* layersOf(inner, depth + 1, budget);
  }
}

type Decompress = (maxOutputLength: number) => Buffer;

function* decompressions(data: Buffer): Generator<Decompress> {
  if (data.length < 4) return;
  const magic = data.readUInt32BE(0);
  const finishFlush = constants.Z_SYNC_FLUSH; // takes what there is of one that is cut
  if (magic >>> 16 === 0x1f8b) yield (maxOutputLength) => gunzipSync(data, { maxOutputLength, finishFlush });
  else if (magic === 0x28b52ffd)
    yield (maxOutputLength) =>
      zstdDecompressSync(data, { maxOutputLength, finishFlush: constants.ZSTD_e_flush });
  else if (magic === 0x504b0304)
    for (const at of deflatedMembers(data))
      yield (maxOutputLength) => inflateRawSync(data.subarray(at), { maxOutputLength, finishFlush });
}

/** @returns undefined for what only looks compressed: then it was looked at as it is. */
function attempt(decompress: Decompress, limit: number): Buffer | "too large" | undefined {
  if (limit <= 0) return "too large";
  try {
    return decompress(limit);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : undefined;
  }
}

/** Where the members of a zip archive begin that are deflated, by their local headers (APPNOTE.TXT 4.3.7). */
function* deflatedMembers(zip: Buffer): Generator<number> {
  const signature = Buffer.from("PK\x03\x04", "latin1");
  for (let at = 0; at >= 0 && at + 30 <= zip.length; at = zip.indexOf(signature, at + 4)) {
    const method = zip.readUInt16LE(at + 8);
    if (method === 8) yield at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
  }
}
