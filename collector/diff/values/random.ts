/** Whether two tokens at one place look as if each had been drawn: of one length, and in most places not the same. */
export function isRandomPair(a: string, b: string): boolean {
  const [one, other] = withoutCommonParts(a, b);
  const shortest = isHex(one) && isHex(other) ? 8 : 6;
  if (one.length !== other.length || one.length < shortest) return false;
  let differing = 0;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) differing++;
  return differing >= one.length / 2 && looksDrawn(one) && looksDrawn(other);
}

/** Bytes that differ in nearly all places, and have nearly as many values as bytes drawn at random would. */
export function areRandomBytes(a: Buffer, b: Buffer): boolean {
  if (a.length !== b.length || a.length < 8) return false;
  let differing = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differing++;
  return differing >= a.length * 0.8 && isVaried(a) && isVaried(b);
}

/** Of n bytes drawn, 256 (1 - e^(-n/256)) are expected to be different: of few, nearly all. */
function isVaried(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 4096);
  const expected = 256 * (1 - Math.exp(-sample.length / 256));
  return new Set(sample).size >= expected * 0.8;
}

/** Letters and digits mixed, or both cases: no word, no number and no version. */
function looksDrawn(token: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(token)).length;
  const parts = token.split(/[^A-Za-z0-9]+/).length - 1;
  return kinds >= 2 && parts <= token.length / 6 && new Set(token).size >= Math.min(token.length / 2, 8);
}

function isHex(token: string): boolean {
  return /^[0-9a-f]+$/i.test(token);
}

/** Without what both begin and end with, up to a character that parts words. */
function withoutCommonParts(a: string, b: string): [string, string] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  for (let i = 0; i < most && a[i] === b[i]; i++) if (/[^A-Za-z0-9]/.test(a[i]!)) start = i + 1;
  let end = 0;
  for (let i = 0; i < most - start && a[a.length - 1 - i] === b[b.length - 1 - i]; i++) {
    if (/[^A-Za-z0-9]/.test(a[a.length - 1 - i]!)) end = i + 1;
  }
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
