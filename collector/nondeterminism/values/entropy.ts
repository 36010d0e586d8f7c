/** Bytes by which a content is judged. */
const most = 64 << 10;

/** Bits of information a byte, by how often each value occurs (Shannon): 8 at most, about 5 for a text. */
export function entropyOf(content: Buffer): number {
  const length = Math.min(content.length, most);
  if (length === 0) return 0;
  const counts = new Uint32Array(256);
  for (let i = 0; i < length; i++) counts[content[i]!]!++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

/** Whether that is about what random bytes of the same number have: few bytes cannot have eight bits each. */
export function looksRandom(content: Buffer): boolean {
  const length = Math.min(content.length, most);
  return length >= 8 && entropyOf(content) >= Math.min(Math.log2(length), 8) * tolerance(length);
}

/** Of a few bytes some are equal by chance. */
function tolerance(length: number): number {
  return length < 64 ? 0.9 : length < 1024 ? 0.88 : 0.97;
}
