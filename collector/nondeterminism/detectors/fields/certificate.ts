import type { TimeFormat } from "./field.ts";

const begin = "-----BEGIN CERTIFICATE-----";
/** Certificates of one file that are looked at: a system's bundle has 140, none of this build. */
const mostCertificates = 1000;
const longest = 64 << 10;

/** From when certificates in PEM (RFC 7468) are valid: when they were made. In DER, the times are found as they are. */
export const certificateTimes: TimeFormat = {
  name: "certificate",
  *fields(content) {
    let at = content.indexOf(begin);
    for (let count = 0; at >= 0 && count < mostCertificates; count++) {
      const end = content.indexOf("-----END", at);
      if (end < 0 || end - at > longest) return;
      const der = Buffer.from(content.toString("latin1", at + begin.length, end), "base64");
      const time = validFrom(der);
      if (time !== undefined) {
        const meaning = "ASN.1 time, from when the certificate is valid";
        yield { offset: at, length: begin.length, time, resolution: 1_000_000, meaning, source: "timestamp" };
      }
      at = content.indexOf(begin, end);
    }
  },
};

const utcTime = 0x17;
const generalizedTime = 0x18;

/** The first of the times in a certificate (RFC 5280, 4.1.2.5). Microseconds. */
function validFrom(der: Buffer): number | undefined {
  for (let at = 0; at + 2 < der.length; at++) {
    const length = der[at + 1]!;
    const isTime = (der[at] === utcTime && length === 13) || (der[at] === generalizedTime && length === 15);
    if (!isTime) continue;
    const time = timeOf(der.toString("latin1", at + 2, at + 2 + length));
    if (time !== undefined) return time;
  }
  return undefined;
}

/** `YYMMDDhhmmssZ`, of 1950 to 2049, or with the century. */
function timeOf(text: string): number | undefined {
  const [, century, ...parts] = /^(\d\d)??(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [year, month, day, hours, minutes, seconds] = parts.map(Number);
  const hundreds = century === undefined ? (year! < 50 ? 20 : 19) : Number(century);
  return Date.UTC(hundreds * 100 + year!, month! - 1, day, hours, minutes, seconds) * 1000;
}
