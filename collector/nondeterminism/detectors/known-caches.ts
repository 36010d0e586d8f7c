import type { Detector } from "../detector.ts";
import type { Confidence, Source } from "../source.ts";

/** A file of which it is known that it differs, though what differs cannot be seen in it. */
interface Cache {
  readonly matches: (content: Buffer, path: string) => boolean;
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reason: string;
}

const caches: readonly Cache[] = [
  {
    // gdbm's magic numbers (gdbm, src/gdbmconst.h), of either byte order.
    matches: (content, path) => /\/index\.db$/.test(path) && isGdbm(content),
    source: "ordering",
    confidence: "medium",
    reason: "mandb adds manual pages in the order in which directories give them, and GDBM keeps that order",
  },
  {
    matches: (content) => startsWith(content, "\0plocate"),
    source: "timestamp",
    confidence: "medium",
    reason: "updatedb keeps the times of directories in it, compressed",
  },
  {
    // apt-pkg/pkgcache.cc: Header::Signature.
    matches: (content, path) => /pkgcache\.bin$/.test(path) && startsWith(content, "\xdc\x76\xfe\x98"),
    source: "timestamp",
    confidence: "medium",
    reason: "apt keeps the times of its lists and of dpkg's status file in it",
  },
  {
    matches: (_, path) => /\/web2c\/(?:[^/]+\/)*[^/]*lua[^/]*\.fmt$/.test(path),
    source: "ordering",
    confidence: "medium",
    reason: "LuaTeX writes the exceptions of hyphenation in the order of a Lua table (#1009196)",
  },
  {
    matches: (content, path) => /\/ls-R$/.test(path) && startsWith(content, "% ls-R -- filename database"),
    source: "ordering",
    confidence: "low",
    reason: "mktexlsr and mktexlsr.pl write it differently: which one runs last decides (#1003449)",
  },
];

/** Caches that are known to differ from build to build. */
export const knownCaches: Detector = {
  name: "known caches",
  *examine({ content, path, within }) {
    if (content === undefined || within.length > 0) return;
    for (const { matches, source, confidence, reason } of caches) {
      if (matches(content, path)) yield { source, confidence, reason, place: undefined };
    }
  },
};

function startsWith(content: Buffer, magic: string): boolean {
  return content.toString("latin1", 0, magic.length) === magic;
}

const gdbmMagics = [0x13579acd, 0x13579ace, 0x13579acf, 0x13579ad0, 0x13579ad1];

function isGdbm(content: Buffer): boolean {
  if (content.length < 4) return false;
  return gdbmMagics.includes(content.readUInt32LE(0)) || gdbmMagics.includes(content.readUInt32BE(0));
}
