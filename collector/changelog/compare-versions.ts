/**
 * The order of Debian versions, exactly as dpkg has it (deb-version(7); `parseversion` and `verrevcmp` of dpkg 1.21 on
 * amd64): negative if `a` is earlier, positive if it is later, 0 if dpkg takes them for the same (`1.0` and `1.00-0`).
 *
 * Total and transitive over any byte strings, also over those that dpkg refuses: of these, an epoch that is no number
 * is a part of the upstream version, and one above 2147483647 is a number like others. An empty version is the earliest.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? -1 : 1;
  const x = split(a);
  const y = split(b);
  return (
    comparePart(x.epoch, y.epoch) ||
    comparePart(x.upstream, y.upstream) ||
    comparePart(x.revision, y.revision)
  );
}

function split(version: string): { epoch: string; upstream: string; revision: string } {
  // strtol(3) takes a sign, too.
  const epoch = /^\+?([0-9]+):/.exec(version);
  const rest = epoch === null ? version : version.slice(epoch[0].length);
  const hyphen = rest.lastIndexOf("-");
  return {
    epoch: epoch?.[1] ?? "",
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? "" : rest.slice(hyphen + 1),
  };
}

/** `verrevcmp`: what is not digits and what is digits by turns, the latter as numbers of any length. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a[i] === "0") i++;
    while (b[j] === "0") j++;
    let first = 0;
    for (; isDigit(a, i) && isDigit(b, j); i++, j++) first ||= a.charCodeAt(i) - b.charCodeAt(j);
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** `order`: a tilde is before the end, the end (and a digit) before letters, letters before all else. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 0x7e) return -1;
  if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) return code;
  // A char of C is signed on amd64: there 0x80 to 0xff are less than 0, and come right after the letters.
  return code >= 0x80 && code <= 0xff ? code : code + 256;
}
