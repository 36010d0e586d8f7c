import { ManifestError } from "./error.ts";

/** libyaml prints a longer key as `? key`, over two lines (`check_simple_key` in its emitter). */
export const MAX_KEY_BYTES = 128;

/** libyaml folds a text at spaces beyond column 80; nothing that a manifest names is near that. */
const MAX_SPACED_BYTES = 60;

/**
 * `bytes` (a byte string: one character per byte) as Perl's YAML::XS 0.86 prints it in block style: plain where
 * libyaml's emitter allows it, else in single quotes; numbers and the words that Perl reads specially in single
 * quotes too. Bytes above 0x7f are taken for Latin-1, as YAML::XS takes a Perl byte string, and printed as UTF-8.
 *
 * The result is a byte string. Control characters and long texts with spaces are refused: nothing that a manifest
 * names has any, and they would need YAML's other styles.
 *
 * @throws ManifestError for those.
 */
export function printScalar(bytes: string): string {
  refuseUnprintable(bytes);
  const styled = needsQuotes(bytes) ? `'${bytes.replaceAll("'", "''")}'` : bytes;
  return Buffer.from(styled, "utf8").toString("latin1");
}

/** As {@link printScalar}, for a key of a mapping: it must fit a simple key. */
export function printKey(bytes: string): string {
  const printed = printScalar(bytes);
  if (Buffer.byteLength(bytes, "utf8") <= MAX_KEY_BYTES) return printed;
  throw new ManifestError({
    subject: "name of an archive",
    rule: `must be at most ${MAX_KEY_BYTES} bytes`,
    value: bytes,
    remedy: "give the archive a shorter name",
  });
}

/** The control characters of ASCII and of Latin-1 (which include the line break NEL). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
export const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function refuseUnprintable(bytes: string): void {
  const rule = CONTROL.test(bytes)
    ? "must have no control character"
    : bytes.includes(" ") && Buffer.byteLength(bytes, "utf8") > MAX_SPACED_BYTES
      ? `must be at most ${MAX_SPACED_BYTES} bytes if it has spaces`
      : null;
  if (rule === null) return;
  const remedy = "correct the name, version or reference where it comes from";
  throw new ManifestError({ subject: "value for a manifest", rule, value: bytes, remedy });
}

function needsQuotes(text: string): boolean {
  return text === "" || SPECIAL_WORDS.has(text) || looksLikeNumber(text) || !plainAllowed(text);
}

const SPECIAL_WORDS: ReadonlySet<string> = new Set(["~", "null", "true", "false"]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Perl knows the spellings of infinity and of not-a-number of several C libraries (perlapi, `grok_infnan`). */
const INFINITE = /^[+-]?(?:(?:1\.?#)?inf(?:inity)?|1\.?#in[fd]0*)$/i;
const NOT_A_NUMBER = /^[+-]?(?:1\.?#)?[qs]?nan[qs]?(?:\((?:\d+|0x[0-9a-f]+|0b[01]+)\))?$/i;

/** What Perl's `looks_like_number` (perlapi) says of a string. */
function looksLikeNumber(text: string): boolean {
  const trimmed = text.replace(/^ +| +$/g, "");
  if (NUMBER.test(trimmed) || INFINITE.test(trimmed) || NOT_A_NUMBER.test(trimmed)) return true;
  return text === "0 but true";
}

/**
 * The value of `printed`, the text of a one-line scalar (a byte string, as {@link printScalar} returns it), or null
 * if it is not written plain or in single quotes, or if YAML would read a null or a boolean. Numbers without quotes
 * are read as the text they are, since older writers did not quote them.
 */
export function readScalar(printed: string): string | null {
  const quotedText = /^'((?:[^']|'')*)'$/.exec(printed)?.[1];
  if (quotedText !== undefined) return fromUtf8(quotedText.replaceAll("''", "'"));
  if (printed === "" || SPECIAL_WORDS.has(printed) || !plainAllowed(printed)) return null;
  return fromUtf8(printed);
}

/** Undoes the UTF-8 that {@link printScalar} makes; null for what it cannot have made. */
function fromUtf8(bytes: string): string | null {
  if (/^[\x20-\x7e]*$/.test(bytes)) return bytes;
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  // U+FFFD, which stands for bytes that are not UTF-8, is above 0xff too.
  return /^[\x20-\x7e\xa0-\xff]*$/.test(text) ? text : null;
}

/** Whether libyaml 0.2.5 would print this one-line text plain, in block context (`yaml_emitter_analyze_scalar`). */
function plainAllowed(text: string): boolean {
  if (/^ | $/.test(text)) return false;
  if (/^(?:---|\.\.\.)/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text)) return false;
  if (/^[-?:](?: |$)/.test(text)) return false;
  return !/:(?: |$)| #/.test(text);
}
