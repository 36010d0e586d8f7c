/** Who a signature says it is by. It is not verified here: apt did that, with the keys that it had. */
export interface Signer {
  /** 16 hexadecimal digits, capitals. */
  readonly keyId: string;
  /** 40 or 64 hexadecimal digits, capitals; empty if the signature has the key's id only. */
  readonly fingerprint: string;
}

export interface Signature {
  readonly signers: readonly Signer[];
  /** Why not all of it could be read; empty if it could. */
  readonly problem: string;
}

/** An InRelease file has one to four. */
const mostPackets = 100;

/**
 * The keys that made the signatures of a Release file: the issuers named in its OpenPGP signature packets
 * (RFC 9580, sections 4.2, 5.2, 6), of versions 3, 4 and 6. Armoured or not; never throws.
 */
export function signersOf(signature: Uint8Array): Signature {
  const signers: Signer[] = [];
  if (signature.length === 0) return { signers, problem: "" };
  try {
    for (const packet of packetsOf(unarmoured(Buffer.from(signature)))) {
      if (packet.tag !== 2) continue;
      const signer = signerOf(packet.body);
      if (!signers.some(({ keyId }) => keyId === signer.keyId)) signers.push(signer);
    }
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof RangeError)) throw error;
    return { signers, problem: error instanceof Malformed ? error.message : "it is cut off" };
  }
  return { signers, problem: signers.length === 0 ? "it names no key" : "" };
}

class Malformed extends Error {}

/** The bytes that an armour holds (RFC 9580, 6.2). Its checksum is for transport, and optional: it is left out. */
function unarmoured(bytes: Buffer): Buffer {
  if ((bytes[0]! & 0x80) !== 0) return bytes;
  const blocks: Buffer[] = [];
  const lines = bytes.toString("latin1").split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] !== "-----BEGIN PGP SIGNATURE-----") continue;
    const blank = lines.findIndex((line, at) => at > i && line.trim() === "");
    const end = lines.findIndex((line, at) => at > i && line.startsWith("-----END"));
    if (blank < 0 || end < blank) throw new Malformed("its armour does not end");
    const text = lines.slice(blank + 1, end).filter((line) => !line.startsWith("="));
    blocks.push(Buffer.from(text.join(""), "base64"));
    i = end;
  }
  if (blocks.length === 0) throw new Malformed("it is not an OpenPGP signature");
  return Buffer.concat(blocks);
}

interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

function* packetsOf(bytes: Buffer): Generator<Packet> {
  let at = 0;
  for (let count = 0; at < bytes.length; count++) {
    if (count === mostPackets) throw new Malformed(`it has more than ${mostPackets} packets`);
    const header = bytes.readUInt8(at++);
    if ((header & 0x80) === 0) throw new Malformed("it has something that is no OpenPGP packet");
    const isNew = (header & 0x40) !== 0;
    const [length, size] = isNew ? newLength(bytes, at, true) : oldLength(bytes, at, header & 3);
    at += size;
    if (length > bytes.length - at) throw new Malformed("it is cut off");
    yield { tag: isNew ? header & 0x3f : (header >> 2) & 0x0f, body: bytes.subarray(at, at + length) };
    at += length;
  }
}

/** @returns the length, and how many bytes tell it. */
function newLength(bytes: Buffer, at: number, isPacket: boolean): [length: number, size: number] {
  const first = bytes.readUInt8(at);
  if (first < 192) return [first, 1];
  if (first === 255) return [bytes.readUInt32BE(at + 1), 5];
  if (isPacket && first >= 224) throw new Malformed("it has a packet of unknown length");
  return [((first - 192) << 8) + bytes.readUInt8(at + 1) + 192, 2];
}

function oldLength(bytes: Buffer, at: number, type: number): [length: number, size: number] {
  if (type === 0) return [bytes.readUInt8(at), 1];
  if (type === 1) return [bytes.readUInt16BE(at), 2];
  if (type === 2) return [bytes.readUInt32BE(at), 4];
  throw new Malformed("it has a packet of unknown length");
}

function signerOf(body: Buffer): Signer {
  const version = body.readUInt8(0);
  if (version === 3) return { keyId: hex(body.subarray(7, 15), 8), fingerprint: "" };
  if (version !== 4 && version !== 6) throw new Malformed(`it has a signature of version ${version}`);
  let keyId = "";
  let fingerprint = "";
  for (const { type, data } of subpacketsOf(body, version)) {
    if (type === 16) keyId ||= hex(data, 8);
    // The fingerprint's first byte is the key's version; its length depends on it.
    if (type === 33) fingerprint ||= hex(data.subarray(1), data.readUInt8(0) >= 5 ? 32 : 20);
  }
  if (keyId === "" && fingerprint === "") throw new Malformed("it has a signature that names no key");
  keyId ||= fingerprint.length === 64 ? fingerprint.slice(0, 16) : fingerprint.slice(-16);
  return { keyId, fingerprint };
}

/** The hashed subpackets, then the others: GnuPG puts the key's id among these. */
function* subpacketsOf(body: Buffer, version: 4 | 6): Generator<{ type: number; data: Buffer }> {
  let at = 4;
  for (let area = 0; area < 2; area++) {
    const length = version === 4 ? body.readUInt16BE(at) : body.readUInt32BE(at);
    at += version === 4 ? 2 : 4;
    const end = at + length;
    if (end > body.length) throw new Malformed("it is cut off");
    while (at < end) {
      const [size, bytes] = newLength(body, at, false);
      at += bytes;
      if (size === 0 || at + size > end) throw new Malformed("it has a subpacket of impossible length");
      // Bit 7 says that whoever does not know the type must refuse the signature.
      yield { type: body.readUInt8(at) & 0x7f, data: body.subarray(at + 1, at + size) };
      at += size;
    }
  }
}

function hex(bytes: Buffer, length: number): string {
  if (bytes.length < length) throw new Malformed("it is cut off");
  return bytes.subarray(0, length).toString("hex").toUpperCase();
}
