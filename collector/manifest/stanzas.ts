/** More than anybody's file has: the rest is not looked at. */
const mostLines = 20_000;

/**
 * The stanzas of a configuration file in deb822 style (deb822(5)): fields by their names in small letters, values on
 * one line. A line that begins with `#` is a comment.
 */
export function stanzasOf(text: string): ReadonlyMap<string, string>[] {
  const stanzas: Map<string, string>[] = [];
  let fields = new Map<string, string>();
  let field = "";
  for (const line of [...text.split("\n", mostLines), ""]) {
    const begun = /^([!-9;-~]+):(.*)$/.exec(line);
    if (line.startsWith("#")) continue;
    if (line.trim() === "") {
      if (fields.size > 0) stanzas.push(fields);
      fields = new Map();
      field = "";
    } else if (begun !== null) {
      field = begun[1]!.toLowerCase();
      fields.set(field, begun[2]!.trim());
    } else if (field !== "") fields.set(field, `${fields.get(field)} ${line.trim()}`.trim());
  }
  return stanzas;
}
