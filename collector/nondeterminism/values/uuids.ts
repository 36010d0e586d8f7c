import type { UuidMatch } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isWord } from "./text.ts";

/** Versions that are another in every build (RFC 9562): 1 and 6 of a time and a node, 4 random, 7 of a time and random. */
const versions = [1, 4, 6, 7];
const length = 36;
/** Where the third dash is, with the version behind it. */
const versionAt = 13;

/** Adds UUIDs as texts. Those of a name (versions 3 and 5) are the same in every build. */
export function addUuids(scanner: PairScanner): void {
  for (const version of versions)
    scanner.add(0x2d, 0x30 + version, (content, at) => uuid(content, at, version));
}

function uuid(content: Buffer, at: number, version: number): UuidMatch | undefined {
  const offset = at - versionAt;
  if (offset < 0 || content[at - 5] !== 0x2d || content[at + 5] !== 0x2d || content[at + 10] !== 0x2d)
    return undefined;
  if (isWord(content[offset - 1]) || isWord(content[offset + length])) return undefined;
  const text = content.toString("latin1", offset, offset + length);
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text)) return undefined;
  return { kind: "uuid", offset, length, version, time: timeOf(text.replaceAll("-", ""), version) };
}

/** Between 1582, from which UUIDs count, and 1970: in units of 100 ns. */
const since1582 = 122_192_928_000_000_000;

/** Microseconds since 1970 (RFC 9562, sections 5.1, 5.6 and 5.7). */
function timeOf(digits: string, version: number): number | undefined {
  const number = (text: string) => Number.parseInt(text, 16);
  switch (version) {
    case 1: {
      const [low, middle, high] = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(13, 16)];
      return (number(high + middle + low) - since1582) / 10;
    }
    case 6:
      return (number(digits.slice(0, 12) + digits.slice(13, 16)) - since1582) / 10;
    case 7:
      return number(digits.slice(0, 12)) * 1000;
    default:
      return undefined;
  }
}
