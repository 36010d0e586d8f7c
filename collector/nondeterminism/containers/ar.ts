import { type Container, slices } from "./container.ts";

/** A member of an ar archive. The name is a byte string; offsets are from the start of the archive. */
export interface ArEntry {
  readonly name: string;
  readonly header: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly data: number;
  readonly size: number;
}

const magic = "!<arch>\n";
const headerSize = 60;

/** The common format and GNU's long names (ar(5)): static libraries and Debian packages (deb(5)). */
export const ar: Container = {
  name: "ar",
  matches: isAr,
  open: (content, budget) => slices(content, filesOf(content), budget),
};

export function isAr(content: Buffer): boolean {
  return content.toString("latin1", 0, magic.length) === magic;
}

/** The index of symbols and the table of names are no files. */
function* filesOf(content: Buffer): Generator<ArEntry> {
  for (const entry of arEntries(content))
    if (!/^(?:\/|\/\/|\/SYM64\/|__\.SYMDEF.*)$/.test(entry.name)) yield entry;
}

/** The members in their order, up to the first header that is none. */
export function* arEntries(content: Buffer): Generator<ArEntry> {
  let names = "";
  for (let at = magic.length; at + headerSize <= content.length; ) {
    const header = content.toString("latin1", at, at + headerSize);
    const size = numberIn(header, 48, 10);
    if (header.slice(58) !== "`\n" || size === undefined) return;
    const data = at + headerSize;
    const name = header.slice(0, 16).trimEnd();
    if (name === "//") names = content.toString("latin1", data, data + Math.min(size, 1 << 20));
    yield {
      name: nameOf(name, names),
      header: at,
      mtime: numberIn(header, 16, 12) ?? 0,
      uid: numberIn(header, 28, 6) ?? 0,
      gid: numberIn(header, 34, 6) ?? 0,
      data,
      size,
    };
    at = data + size + (size % 2);
  }
}

/** `name/`, or `/OFFSET` into the table of long names. */
function nameOf(name: string, names: string): string {
  const long = /^\/(\d{1,9})$/.exec(name);
  if (long === null) return /^.+[^/]\/$/.test(name) ? name.slice(0, -1) : name;
  const start = Number(long[1]);
  const end = names.indexOf("/\n", start);
  return names.slice(start, end < 0 ? undefined : Math.min(end, start + 4096));
}

function numberIn(header: string, at: number, length: number): number | undefined {
  const text = header.slice(at, at + length).trimEnd();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
