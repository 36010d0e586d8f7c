import type { TimeField, TimeFormat } from "./field.ts";

const magics = [0xfeedfeed, 0xcececece];
const privateKey = 1;
const certificate = 2;

/** When each entry was made, in a Java key store (sun.security.provider.JavaKeyStore): JKS and JCEKS. */
export const javaKeyStoreTimes: TimeFormat = {
  name: "Java key store",
  *fields(content) {
    if (content.length < 12 || !magics.includes(content.readUInt32BE(0))) return;
    const version = content.readUInt32BE(4);
    let at = 12;
    for (let count = content.readUInt32BE(8); count > 0; count--) {
      if (at + 6 > content.length) return;
      const tag = content.readUInt32BE(at);
      const created = afterText(content, at + 4);
      if (created + 8 > content.length) return;
      yield field(content, created);
      const after = afterEntry(content, created + 8, tag, version);
      if (after === undefined) return;
      at = after;
    }
  },
};

function field(content: Buffer, offset: number): TimeField {
  const value = content.readUInt32BE(offset) * 2 ** 32 + content.readUInt32BE(offset + 4);
  return {
    offset,
    length: 8,
    time: value * 1000,
    resolution: 1000,
    meaning: "milliseconds, 64 bits, big endian, Java key store entry",
    source: "timestamp",
  };
}

/** Undefined if that is of no known kind, or cut off. */
function afterEntry(content: Buffer, at: number, tag: number, version: number): number | undefined {
  if (tag === certificate) return afterCertificate(content, at, version);
  if (tag !== privateKey) return undefined;
  let next = afterData(content, at);
  if (next + 4 > content.length) return undefined;
  const chain = content.readUInt32BE(next);
  next += 4;
  for (let i = 0; i < chain && next < content.length; i++) next = afterCertificate(content, next, version);
  return next;
}

/** The type of the certificate, which version 1 does not have, and the certificate. */
function afterCertificate(content: Buffer, at: number, version: number): number {
  return afterData(content, version > 1 ? afterText(content, at) : at);
}

function afterText(content: Buffer, at: number): number {
  return at + 2 <= content.length ? at + 2 + content.readUInt16BE(at) : content.length;
}

function afterData(content: Buffer, at: number): number {
  return at + 4 <= content.length ? at + 4 + content.readUInt32BE(at) : content.length;
}
