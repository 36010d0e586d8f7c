/** Byte strings: one character a byte (latin1), so that names that are not UTF-8 survive. */
export function byteString(bytes: Uint8Array): string {
  return bufferOf(bytes).toString("latin1");
}

export function hex(bytes: Uint8Array): string {
  return bufferOf(bytes).toString("hex");
}

// The decoder gives an empty array, not empty bytes, for a field that is not there.
function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return nothing;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const nothing = Buffer.alloc(0);

/** A text as JSON holds it: as it is if its bytes are UTF-8, else the bytes. */
export type JsonText = string | { readonly bytes: string };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON form of a byte string. */
export function jsonText(text: string): JsonText {
  if (isAscii(text)) return text;
  const bytes = Buffer.from(text, "latin1");
  try {
    return utf8.decode(bytes);
  } catch {
    return { bytes: bytes.toString("base64") }; // not UTF-8: that is what the other form is for
  }
}

/** The byte string of a JSON text. */
export function fromJsonText(text: JsonText): string {
  return typeof text === "string"
    ? Buffer.from(text, "utf8").toString("latin1")
    : Buffer.from(text.bytes, "base64").toString("latin1");
}

/**
 * A byte string for a person: on one line, with control characters, and bytes that are not UTF-8, escaped, so
 * that nothing in a recording can command a terminal.
 */
export function shown(text: string): string {
  const decoded = jsonText(text);
  const printable = typeof decoded === "string" ? decoded : text.replace(/[\x80-\xff]/g, hexEscape);
  return printable.replace(unprintable, hexEscape);
}

// Controls, line separators, and what reorders text on a terminal (Unicode TR 36, bidirectional spoofing).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function hexEscape(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
