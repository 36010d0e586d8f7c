import { SystemError } from "../../../kernel/libc.ts";
import { type KeptContents, wholeLimit } from "../contents/kept.ts";
import type { ImageEntry } from "../entry.ts";
import { SquashfsError } from "../squashfs.ts";
import { MembersError } from "./byte-source.ts";
import { CpioError } from "./cpio-header.ts";
import { UnknownFormat } from "./decompress.ts";
import { readInitrd } from "./initrd.ts";
import { MemberSink } from "./member-sink.ts";

/** Initial RAM disks, as Debian's kernels and installers, dracut and live-build call them. */
const names = /\/(?:initrd|initramfs)(?:\.img)?(?:[-.][^/]*)?$/;
/** How many are read of one image, and what of each: bytes in the file and decompressed, and milliseconds. */
const archiveLimit = 8;
const byteLimit = 2 * 2 ** 30;
const timeLimit = 120_000;

export interface ArchiveReader {
  /** Reads a file of the image again; fails with an Error if it is another one now. */
  open(entry: ImageEntry): AsyncIterable<Buffer>;
  /** Digests of archives whose members are known already. Those that are read are added. */
  known: Set<string>;
}

/**
 * The members of the archives in an image that are too large for their content to be recorded, and that the build
 * made. What could not be read is said in the archive's `problem`; the members before it are given. A member with the content
 * of a file that a package shipped in the image is that package's.
 */
export async function membersOf(
  entries: readonly ImageEntry[],
  { open, known }: ArchiveReader,
  kept: KeptContents,
): Promise<ImageEntry[]> {
  const archives = entries.filter(isArchive);
  const owners = archives.length === 0 ? new Map() : ownersByContent(entries);
  const members: ImageEntry[] = [];
  let count = 0;
  for (const archive of archives) {
    if (known.has(archive.sha256)) continue;
    if (count === archiveLimit) {
      archive.problem ||= `its members are not known: of an image ${archiveLimit} archives are read`;
      break;
    }
    const sink = new MemberSink(archive.path, (path, { sha256 }, size, data) => {
      if (!owners.has(sha256)) kept.add(`${archive.path}\0${path}`, sha256, size, data);
    });
    const problem = await read(open(archive), sink);
    if (problem instanceof UnknownFormat && isOtherFile(archive, sink)) continue;
    count++;
    archive.problem ||= problem === undefined ? "" : `its members are not all known: ${problem.message}`;
    if (archive.problem === "") known.add(archive.sha256);
    for (const member of sink.members) {
      const owner = owners.get(member.sha256);
      if (owner !== undefined) Object.assign(member, { package: owner, relation: "shipped" });
      members.push(member);
    }
  }
  return members;
}

function isArchive({ type, path, size, sha256, relation }: ImageEntry): boolean {
  return type === "file" && size > 0 && sha256 !== "" && relation !== "shipped" && names.test(path);
}

/** `/var/lib/dpkg/info/initramfs-tools.list` has the name of an archive. What is recorded whole has no members to be missed. */
function isOtherFile({ size }: ImageEntry, { members }: MemberSink): boolean {
  return size <= wholeLimit && members.length === 0;
}

/** Packages by the digest of a content that they shipped. The empty content is everybody's. */
function ownersByContent(entries: readonly ImageEntry[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { relation, size, sha256, package: owner } of entries) {
    if (relation === "shipped" && size > 0 && sha256 !== "") owners.set(sha256, owner);
  }
  return owners;
}

/** @returns why not all members are known; undefined if they are. */
async function read(file: AsyncIterable<Buffer>, sink: MemberSink): Promise<Error | undefined> {
  const limits = { bytes: byteLimit, deadline: performance.now() + timeLimit };
  try {
    await readInitrd(file, sink, limits);
    return undefined;
  } catch (error) {
    // Whatever an archive holds, the image that it is in was read, and is to be told of.
    if (!isOfTheArchive(error)) throw error;
    return error;
  } finally {
    sink.finish();
  }
}

function isOfTheArchive(error: unknown): error is Error {
  if (error instanceof MembersError || error instanceof CpioError) return true;
  if (error instanceof SquashfsError || error instanceof SystemError) return true;
  return error instanceof Error && "syscall" in error;
}
