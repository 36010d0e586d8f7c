import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ExecaError, execa } from "execa";
import { type ByteSource, MembersError } from "./byte-source.ts";

/** Bytes that are enough to tell a compression. */
export const longestMagic = 6;

/** Neither an archive nor compressed: where that is so from the first byte, it may be a file of another kind. */
export class UnknownFormat extends MembersError {}

interface Compression {
  magic: Buffer;
  name: string;
  decompress(source: ByteSource): AsyncGenerator<Buffer>;
}

/** Bytes of a part: more than by default, as handing parts over takes time of its own. */
const chunkSize = 256 << 10;
const xz = ["-dc", "--memlimit-decompress=256MiB"];

/** Those that the kernel has (lib/decompress.c), and zstd. */
const compressions: readonly Compression[] = [
  { magic: bytes("1f8b"), name: "gzip", decompress: (source) => byZlib(createGunzip({ chunkSize }), source) },
  {
    magic: bytes("28b52ffd"),
    name: "zstd",
    decompress: (source) => byZlib(createZstdDecompress({ chunkSize }), source),
  },
  byTool("fd377a585a00", "xz", "xz", xz),
  byTool("5d0000", "lzma", "xz", [...xz, "--format=lzma"]),
  byTool("425a68", "bzip2", "bzip2", ["-dc"]),
  byTool("02214c18", "lz4", "lz4", ["-dc"]),
  byTool("04224d18", "lz4", "lz4", ["-dc"]),
  byTool("894c5a4f", "lzop", "lzop", ["-dc"]),
];

/**
 * What the source goes on with, decompressed. gzip and zstd leave in it what follows them; a program takes all.
 * @param head its first bytes. @throws UnknownFormat for what is not compressed, MembersError for what is not as it says.
 */
export function decompressed(source: ByteSource, head: Buffer): AsyncGenerator<Buffer> {
  const found = compressions.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (found === undefined)
    throw new UnknownFormat("it is no cpio archive, and not compressed as the kernel knows");
  return found.decompress(source);
}

/** A stream of node:zlib, which does not tell by itself where it stopped reading. */
async function* byZlib(
  engine: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
  source: ByteSource,
): AsyncGenerator<Buffer> {
  const ended = new Promise<void>((resolve) => engine.once("end", resolve).once("close", resolve));
  const feed = async () => {
    let given = 0;
    for (let part = await source.next(); part !== undefined; part = await source.next()) {
      given += part.length;
      // When its input ends within this part, it does not answer for it.
      const taken = new Promise<void>((resolve) => engine.write(part, () => resolve()));
      await Promise.race([taken, ended]);
      const left = given - engine.bytesWritten;
      if (engine.destroyed || left > 0) return source.unread(part.subarray(part.length - left));
    }
    engine.end();
  };
  const fed = feed().catch((error: unknown) => {
    engine.destroy(error as Error);
  });
  try {
    for await (const part of engine) yield part as Buffer;
    await fed;
  } catch (error) {
    if (error instanceof MembersError) throw error;
    // What follows is left in the source.
    if (isNoFrame(error as NodeJS.ErrnoException)) return;
    throw new MembersError(`it could not be decompressed: ${(error as Error).message}`, { cause: error });
  } finally {
    engine.destroy();
    await fed;
  }
}

/** The input ended with a part, and the next one begins with something else. */
function isNoFrame({ code, message }: NodeJS.ErrnoException): boolean {
  return (
    code === "ZSTD_error_prefix_unknown" || (code === "Z_DATA_ERROR" && message === "incorrect header check")
  );
}

function byTool(magic: string, name: string, program: string, options: string[]): Compression {
  return { magic: bytes(magic), name, decompress };

  async function* decompress(source: ByteSource): AsyncGenerator<Buffer> {
    const child = execa(program, options, {
      input: Readable.from(partsOf(source)),
      encoding: "buffer",
      buffer: false,
      stderr: "ignore",
      env: { LC_ALL: "C" },
    });
    const ended = child.catch((error: unknown) => error);
    try {
      for await (const part of child.stdout) yield part as Buffer;
      const result = await ended;
      if (!(result instanceof ExecaError)) return;
      if (result.cause instanceof MembersError) throw result.cause;
      const because =
        result.code === "ENOENT"
          ? `it is compressed with ${name}, and there is no ${program} to read it with`
          : `${program} could not decompress it: ${result.shortMessage}`;
      throw new MembersError(because, { cause: result });
    } finally {
      child.kill();
      await ended;
    }
  }
}

async function* partsOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let part = await source.next(); part !== undefined; part = await source.next()) yield part;
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}
