import { type ByteSource, type Limits, MembersError, ByteSource as Source } from "./byte-source.ts";
import { CpioReader, type CpioSink } from "./cpio.ts";
import { isCpio } from "./cpio-header.ts";
import { decompressed, longestMagic } from "./decompress.ts";

/**
 * Reads the members of an initial RAM disk as the kernel unpacks it (Documentation/driver-api/early-userspace/
 * buffer-format.rst): cpio archives one after another, as they are (microcode, firmware) or compressed, and zeros between.
 * @throws MembersError or CpioError for what is none, or ends early: what came before was told.
 */
export async function readInitrd(file: AsyncIterable<Buffer>, sink: CpioSink, limits: Limits): Promise<void> {
  const source = new Source(file, limits);
  try {
    await readArchives(source, sink, limits, false);
  } finally {
    await source.close();
  }
}

async function readArchives(
  source: ByteSource,
  sink: CpioSink,
  limits: Limits,
  isCompressed: boolean,
): Promise<void> {
  for (let head = await source.peek(longestMagic); head.length > 0; head = await source.peek(longestMagic)) {
    if (head[0] === 0) await source.skipZeros();
    else if (isCpio(head)) await readArchive(source, sink);
    else if (isCompressed)
      throw new MembersError("what was compressed goes on with something that is no cpio archive");
    else {
      const inner = new Source(decompressed(source, head), limits);
      try {
        await readArchives(inner, sink, limits, true);
      } finally {
        await inner.close();
      }
    }
  }
}

async function readArchive(source: ByteSource, sink: CpioSink): Promise<void> {
  const reader = new CpioReader(sink);
  while (!reader.isEnded) {
    const part = await source.next();
    if (part === undefined) return reader.end();
    const used = reader.push(part);
    if (used < part.length) source.unread(part.subarray(used));
  }
}
