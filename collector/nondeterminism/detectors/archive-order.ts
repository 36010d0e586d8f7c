import { arEntries, isAr } from "../containers/ar.ts";
import { cpioEntries, isCpio, isTrailer } from "../containers/cpio.ts";
import { isTar, tarEntries } from "../containers/tar.ts";
import { isZip, zipEntries } from "../containers/zip.ts";
import type { Detector } from "../detector.ts";
import type { Subject } from "../subject.ts";
import { directPrograms, type Program } from "./programs.ts";
import { isInDirectoryOrder } from "./sorted.ts";

/** Members that are looked at. */
const most = 20_000;

/** Archives whose members stand in the order in which a directory gave them, which is another on another file system. */
export const archiveOrder: Detector = {
  name: "order in archives",
  *examine(subject) {
    const { content } = subject;
    if (content === undefined) return;
    const names = namesOf(content);
    if (names === undefined) return;
    const program = archiverOf(subject);
    if (program === undefined || !isInDirectoryOrder(names)) return;
    yield {
      source: "ordering",
      confidence: "medium",
      reason: `its members are in no order, and ${program} takes them as the directory gives them`,
      place: undefined,
    };
  },
};

function namesOf(content: Buffer): string[] | undefined {
  if (isTar(content)) return collect(tarEntries(content));
  if (isCpio(content)) return collect(cpioEntries(content), (entry) => !isTrailer(entry));
  if (isZip(content)) return collect(zipEntries(content));
  return isAr(content) ? collect(arEntries(content)) : undefined;
}

function collect<T extends { readonly name: string }>(
  entries: Iterable<T>,
  isWanted = (_: T) => true,
): string[] {
  const names: string[] = [];
  for (const entry of entries) {
    if (isWanted(entry) && names.push(entry.name) >= most) break;
  }
  return names;
}

/** The program that read directories for the archive and did not sort. Its name is known here: it is plain text. */
function archiverOf(subject: Subject): string | undefined {
  const programs = directPrograms(subject);
  if (programs.some(isSorting)) return undefined;
  for (const { name } of programs) {
    const known = /^(?:tar|bsdtar|find|zip|jar|7z|7za)$/.exec(name)?.[0];
    if (known !== undefined) return known;
  }
  return undefined;
}

function isSorting({ name, arguments: words }: Program): boolean {
  if (name === "sort") return true;
  return /tar$/.test(name) && words.some((word) => /^--sort(?:=name|=inode|$)/.test(word));
}
