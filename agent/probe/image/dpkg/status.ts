/** What is needed of a paragraph of dpkg's status file (deb822(5), dpkg-query(1)). Texts are byte strings. */
export interface PackageStatus {
  name: string;
  architecture: string;
  conffiles: Conffile[];
}

export interface Conffile {
  path: string;
  /** MD5 in hexadecimal of the file as the package has it; undefined while dpkg does not know it. */
  md5: string | undefined;
}

/** Reads a status file. What is not a paragraph with a package's name is passed over, as dpkg itself would refuse it. */
export function parseStatus(text: string): PackageStatus[] {
  const packages: PackageStatus[] = [];
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf("\n\n", at);
    const end = blank < 0 ? text.length : blank;
    const status = parseParagraph(text.slice(at, end));
    if (status !== undefined) packages.push(status);
    at = end + 2;
  }
  return packages;
}

function parseParagraph(paragraph: string): PackageStatus | undefined {
  const status: PackageStatus = { name: "", architecture: "", conffiles: [] };
  let field = "";
  for (const line of paragraph.split("\n")) {
    const isContinued = line.startsWith(" ") || line.startsWith("\t");
    if (isContinued) {
      const conffile = field === "conffiles" ? parseConffile(line.slice(1)) : undefined;
      if (conffile !== undefined) status.conffiles.push(conffile);
      continue;
    }
    const colon = line.indexOf(":");
    field = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (field === "package") status.name = value;
    if (field === "architecture") status.architecture = value;
  }
  return status.name === "" ? undefined : status;
}

// " PATH MD5 [obsolete] [remove-on-upgrade]": the last is no file of the package, but one that it takes away.
function parseConffile(line: string): Conffile | undefined {
  const match = /^(\/.*?) (\S+)( obsolete)?( remove-on-upgrade)?$/.exec(line);
  if (match === null || match[4] !== undefined) return undefined;
  const digest = match[2]!;
  return { path: match[1]!, md5: /^[0-9a-f]{32}$/.test(digest) ? digest : undefined };
}
