export interface CpioMember {
  readonly name: string;
  readonly data: string;
  readonly inode?: number;
  readonly mtime?: number;
  readonly uid?: number;
}

/** A cpio archive of the "new" format, as the kernel's buffer-format.rst describes it. */
export function cpioOf(members: readonly CpioMember[], withTrailer = true): Buffer {
  const all = withTrailer ? [...members, { name: "TRAILER!!!", data: "", inode: 0 }] : members;
  return Buffer.concat(all.map(memberOf));
}

function memberOf({ name, data, inode = 1, mtime = 0, uid = 0 }: CpioMember): Buffer {
  const mode = data === "" ? 0 : 0o100644;
  const fields = [inode, mode, uid, 0, 1, mtime, data.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
  return Buffer.concat([padded(header), padded(data)]);
}

function padded(text: string): Buffer {
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, "\0"), "latin1");
}
