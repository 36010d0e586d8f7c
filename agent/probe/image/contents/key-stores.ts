/** Of a JKS and a JCEKS key store (java.security.KeyStore). */
const jks = [0xfeedfeed, 0xcececece];
/** Tag of an entry that is a certificate only. */
const trustedCertificate = 2;

/** Object identifiers of PKCS #12 and PKCS #7 (RFC 7292, RFC 2315) for what is, or can be, a key: in DER. */
const keyIdentifiers = [
  "2a864886f70d010c0a0101", // keyBag
  "2a864886f70d010c0a0102", // pkcs8ShroudedKeyBag
  "2a864886f70d010c0a0105", // secretBag
  "2a864886f70d010703", // envelopedData
  "2a864886f70d010706", // encryptedData
].map((hex) => Buffer.from(hex, "hex"));

/** Whether a content is a key store: of Java, or PKCS #12. */
export function isKeyStore(data: Buffer): boolean {
  return isJks(data) || firstInteger(data) === 3;
}

/** Whether a key store holds certificates only, as far as it is there: what cannot be looked into is not taken for one. */
export function isTrustStore(data: Buffer): boolean {
  if (isJks(data)) return jksTags(data).every((tag) => tag === trustedCertificate);
  return firstInteger(data) === 3 && !keyIdentifiers.some((identifier) => data.includes(identifier));
}

/** Whether a content is a private key in DER: PKCS #1, PKCS #8 or SEC 1, which begin with a version of 0 or 1. */
export function isPrivateKey(data: Buffer): boolean {
  const version = firstInteger(data);
  return version === 0 || version === 1;
}

function isJks(data: Buffer): boolean {
  return data.length >= 12 && jks.includes(data.readUInt32BE(0));
}

/** Tags of the entries as far as they can be followed: beyond a key's, or one that is cut, that is not needed. */
function jksTags(data: Buffer): number[] {
  const tags: number[] = [];
  const version = data.readUInt32BE(4);
  let count = data.readUInt32BE(8);
  for (let at = 12; count > 0 && at + 4 <= data.length; count--) {
    const tag = data.readUInt32BE(at);
    tags.push(tag);
    if (tag !== trustedCertificate) break;
    at = afterText(data, at + 4) + 8; // alias, time
    if (version > 1) at = afterText(data, at); // the certificate's type
    at = at + 4 <= data.length ? at + 4 + data.readUInt32BE(at) : data.length;
  }
  return tags;
}

function afterText(data: Buffer, at: number): number {
  return at + 2 <= data.length ? at + 2 + data.readUInt16BE(at) : data.length;
}

/** The small integer that a sequence of DER begins with; undefined if it is none, or begins with something else. */
function firstInteger(data: Buffer): number | undefined {
  if (data.length < 8 || data[0] !== 0x30) return undefined;
  const lengthBytes = data[1]! < 0x80 ? 0 : data[1]! & 0x7f;
  if (lengthBytes > 4) return undefined;
  const at = 2 + lengthBytes;
  return data[at] === 0x02 && data[at + 1] === 0x01 ? data[at + 2] : undefined;
}
