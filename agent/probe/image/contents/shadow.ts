/** shadow(5) and gshadow(5), with the copies that shadow's programs and passwd's cron job make. */
const names = /\/(?:etc\/g?shadow-?|var\/backups\/g?shadow\.bak)$/;

export function isShadow(path: string): boolean {
  return names.test(path);
}

/**
 * A shadow file that tells no password: each byte of a hash is "*", so that places are as they were, and the days
 * of the last change can be found. "!" and "*" stay, which stand for no password. Of what is no such file, or not whole,
 * nothing is left.
 */
export function redactShadow(data: Buffer, isWhole: boolean): Buffer {
  const lines = data.toString("latin1").split("\n");
  const redacted = lines.map(redactLine);
  if (!isWhole || redacted.includes(undefined)) return Buffer.alloc(0);
  return Buffer.from(redacted.join("\n"), "latin1");
}

/** name:password:... of which shadow has nine fields, gshadow four. */
function redactLine(line: string): string | undefined {
  if (line === "") return line;
  const fields = line.split(":");
  if (fields.length !== 9 && fields.length !== 4) return undefined;
  fields[1] = fields[1]!.replace(/[^!*]/g, "*");
  return fields.join(":");
}
