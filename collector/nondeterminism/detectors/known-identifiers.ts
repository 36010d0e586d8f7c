import type { Detector } from "../detector.ts";
import type { Confidence } from "../source.ts";
import { type Draws, drawsOf } from "./draws.ts";
import { Places } from "./place.ts";

/** Where a format has an identifier of 16 bytes that may be a random UUID. */
interface Format {
  readonly name: string;
  readonly offsets: (content: Buffer) => Iterable<number>;
  /** It is random without the marks of a UUID, and told from a digest only by who drew it. */
  readonly isPlain?: boolean;
}

const formats: readonly Format[] = [
  // XbSilo of libxmlb before 0.3.7 (#1006358): later ones have a UUID of the content, of version 5.
  {
    name: "GUID of compressed XML (libxmlb)",
    offsets: (content) => (startsWith(content, "XMLb") ? [8] : []),
  },
  // xapian-core, backends/glass/glass_version.cc: magic, version, UUID.
  {
    name: "UUID of a Xapian database",
    offsets: (content) => (startsWith(content, "\x0f\rXapian Glass") ? [16] : []),
  },
  // systemd, src/libsystemd/sd-journal/journal-def.h: file_id.
  { name: "file id of a journal", offsets: (content) => (startsWith(content, "LPKSHHRH") ? [24] : []) },
  // Other kinds of 16 bytes are digests of the content (ld(1), --build-id).
  { name: "build-id of an ELF file (ld --build-id=uuid)", offsets: elfBuildIds, isPlain: true },
  // mke2fs -U; ext2, ext3 and ext4: superblock at 1024, s_uuid at 104 (Linux, fs/ext4/ext4.h).
  {
    name: "UUID of an ext file system",
    offsets: (content) => (content.length >= 2048 && content.readUInt16LE(1080) === 0xef53 ? [1128] : []),
  },
];

const size = 16;
const confidences: Record<Draws, Confidence | undefined> = {
  sure: "high",
  likely: "high",
  unknown: "medium",
  none: undefined,
};

/** Random UUIDs as 16 bytes, where a format has one. */
export const knownIdentifiers: Detector = {
  name: "identifiers of formats",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined) return;
    for (const { name, offsets, isPlain = false } of formats) {
      for (const offset of offsets(content)) {
        const draws = drawsOf(subject, facts);
        const confidence = confidences[draws];
        if (confidence === undefined) return;
        if (isPlain ? draws !== "sure" : !isRandomUuid(content, offset)) continue;
        const place = new Places(subject, content).at(offset, size, name);
        yield {
          source: "randomness",
          confidence,
          reason: "a random UUID stands where the format has one",
          place,
        };
      }
    }
  },
};

/** Version 4, of RFC 9562's variant. */
function isRandomUuid(content: Buffer, offset: number): boolean {
  if (offset + size > content.length) return false;
  return content[offset + 6]! >> 4 === 4 && content[offset + 8]! >> 6 === 2;
}

function startsWith(content: Buffer, magic: string): boolean {
  return content.toString("latin1", 0, magic.length) === magic;
}

/** Notes of GNU's type 3 with 16 bytes (elf(5)): namesz 4, descsz 16, type 3, "GNU\0". */
function* elfBuildIds(content: Buffer): Generator<number> {
  if (!startsWith(content, "\x7fELF")) return;
  const at = content.indexOf(note);
  if (at >= 0) yield at + note.length;
}

const note = Buffer.from("040000001000000003000000474e5500", "hex");
