/** A word that looks as if it was drawn. */
export interface Token {
  readonly offset: number;
  readonly length: number;
  readonly form: "hexadecimal" | "base64" | "letters and digits" | "decimal";
  /** About how many random bits its length can hold. */
  readonly bits: number;
}

/** Tokens of one content, and of one length, that are told. */
const mostTokens = 64;
const longest = 4096;

/** Characters of base64, of its form for URLs, and of hexadecimal with colons; not the slash that paths have. */
const isPart = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-") {
  isPart[character.charCodeAt(0)] = 1;
}

/** Look drawn, and are the same everywhere: the signature of a CACHEDIR.TAG (Cache Directory Tagging Specification). */
const fixed: ReadonlySet<string> = new Set(["8a477f597d28d172789f06886806bc55"]);

/**
 * Words that could have been drawn at random: hexadecimal, base64, or letters mixed with digits, of at least `fewestBits`.
 * That they look so says little: a digest does, too.
 */
export function* tokensIn(content: Buffer, fewestBits: number): Generator<Token> {
  let count = 0;
  for (let at = 0; at < content.length; at++) {
    if (isPart[content[at]!] === 0) continue;
    const start = at;
    while (at < content.length && isPart[content[at]!] === 1) at++;
    if ((at - start) * 6 < fewestBits || at - start > longest) continue;
    const token = tokenOf(content.toString("latin1", start, at), start);
    if (token === undefined || token.bits < fewestBits) continue;
    yield token;
    if (++count >= mostTokens) return;
  }
}

function tokenOf(text: string, offset: number): Token | undefined {
  const { length } = text;
  if (fixed.has(text)) return undefined;
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text) && isMixed(text)) {
    return { offset, length, form: "hexadecimal", bits: length * 4 };
  }
  if (length >= 16 && /^[A-Za-z0-9+/_-]+$/.test(text) && isScattered(text)) {
    return { offset, length, form: "base64", bits: length * 6 };
  }
  if (/^[A-Za-z0-9]+$/.test(text) && isScattered(text)) {
    return { offset, length, form: "letters and digits", bits: Math.floor(length * 5.9) };
  }
  return undefined;
}

/** Digits and letters, and not few different ones: no word, number or mask. */
function isMixed(text: string): boolean {
  return /\d/.test(text) && /[a-fA-F]/.test(text) && new Set(text).size >= Math.min(5, text.length / 2);
}

/** Capitals, small letters and digits that change into each other as often as by chance: no name, path or version. */
function isScattered(text: string): boolean {
  if (!/\d/.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false;
  let changes = 0;
  for (let i = 1; i < text.length; i++) if (classOf(text, i) !== classOf(text, i - 1)) changes++;
  return changes * 5 >= text.length * 2;
}

function classOf(text: string, at: number): number {
  const character = text[at]!;
  if (character >= "0" && character <= "9") return 0;
  if (character >= "a" && character <= "z") return 1;
  return character >= "A" && character <= "Z" ? 2 : 3;
}
