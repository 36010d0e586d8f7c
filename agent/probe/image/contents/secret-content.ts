import { isKeyStore, isPrivateKey, isTrustStore } from "./key-stores.ts";
import { layers } from "./layers.ts";

/** What stands before a key in a text: PEM (RFC 7468), OpenSSH, OpenPGP, OpenVPN. */
const label = /PRIVATE KEY|OpenVPN Static key/g;
/** A line of a key, and how far from the label it begins: headers and line ends, written out or not, may stand between. */
const keyLine = /[A-Za-z0-9+/]{32}/g;
const nearby = 1024;
const ageKey = /AGE-SECRET-KEY-1[0-9A-Z]{20}/;
/** What files of keys begin with: of SSH 1, PuTTY, BIND. */
const keyFile = /^(?:SSH PRIVATE KEY FILE FORMAT|PuTTY-User-Key-File|Private-key-format:)/;

/** A password's hash (crypt(5)): of MD5, bcrypt, SHA-2, scrypt, yescrypt, and others. */
const passwordHash = /\$(?:1|2[abxy]?|5|6|7|y|gy|sha1)\$[./0-9A-Za-z,=$-]{20}/;

/**
 * Whether a content, or the beginning of one, holds a private key or a password's hash, wherever the file is; also
 * within gzip, zstd and zip. What is compressed otherwise is not looked into.
 */
export function holdsSecret(data: Buffer): boolean {
  for (const layer of layers(data)) {
    // What is too large to be looked into could hold anything.
    if (layer === "too large" || isSecret(layer)) return true;
  }
  return false;
}

function isSecret(data: Buffer): boolean {
  if (isPrivateKey(data) || (isKeyStore(data) && !isTrustStore(data))) return true;
  const text = data.toString("latin1");
  return hasKey(text) || [ageKey, keyFile, passwordHash].some((secret) => secret.test(text));
}

/** Whether a text has a key, and not just the words, which programs and lists of file types have. In linear time. */
function hasKey(text: string): boolean {
  let next = -1;
  for (const { index } of text.matchAll(label)) {
    if (next < index) {
      keyLine.lastIndex = index;
      next = keyLine.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    }
    if (next - index <= nearby) return true;
  }
  return false;
}
