import { natural, TarError, type TarHeader } from "./tar-header.ts";

const xattrPrefix = "SCHILY.xattr.";

/**
 * Applies the records of a pax extension (pax(1), "pax Extended Header") to the header that follows it. An
 * extended attribute's name ends at the first "=", as sqfs2tar writes a "=" in a name like any other byte.
 * @throws TarError
 */
export function applyExtension(records: string, header: TarHeader): void {
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(" ", at);
    const digits = space < 0 ? "" : records.slice(at, space);
    if (!/^[1-9][0-9]{0,8}$/.test(digits)) throw new TarError("pax record has no length");
    const end = at + Number(digits);
    const equals = nameEnd(records, space + 1);
    if (end > records.length || records[end - 1] !== "\n" || equals < 0 || equals >= end)
      throw new TarError(`pax record of ${digits} bytes is not whole`);
    applyRecord(records.slice(space + 1, equals), records.slice(equals + 1, end - 1), header);
    at = end;
  }
}

function nameEnd(records: string, from: number): number {
  const skip = records.startsWith(xattrPrefix, from) ? xattrPrefix.length : 0;
  return records.indexOf("=", from + skip);
}

function applyRecord(name: string, value: string, header: TarHeader): void {
  switch (name) {
    case "path":
      header.path = value;
      return;
    case "linkpath":
      header.target = value;
      return;
    case "size":
      header.size = natural(decimal(value), name);
      return;
    case "uid":
    case "gid":
      header[name] = natural(decimal(value), name);
      return;
    case "mtime":
      applyTime(value, header);
      return;
    default:
      if (name.startsWith("GNU.sparse.")) throw new TarError("sparse entries of GNU tar are not supported");
      if (name.startsWith(xattrPrefix)) header.xattrs.push({ name: name.slice(xattrPrefix.length), value });
  }
}

function decimal(value: string): number {
  if (!/^[0-9]{1,20}$/.test(value)) throw new TarError(`number ${JSON.stringify(value)} is not decimal`);
  return Number(value);
}

/** Seconds since 1970 with a fraction, rounded down to nanoseconds: before 1970 the fraction counts upwards too. */
function applyTime(value: string, header: TarHeader): void {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]{0,20}))?$/.exec(value);
  if (match === null) throw new TarError(`time ${JSON.stringify(value)} is not a number`);
  const seconds = Number(match[2]);
  const nanoseconds = Number((match[3] ?? "").padEnd(9, "0").slice(0, 9));
  const isBefore = match[1] === "-";
  header.mtime = isBefore ? (nanoseconds === 0 ? 0 - seconds : -seconds - 1) : seconds;
  header.mtimeNanoseconds = isBefore && nanoseconds > 0 ? 1e9 - nanoseconds : nanoseconds;
}
