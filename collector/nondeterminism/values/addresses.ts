import type { AddressMatch } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isWord } from "./text.ts";

/** Where Linux on amd64 and arm64 puts libraries, stacks and mappings (7f), and programs and their heaps (55, 56, aa, ff). */
const prefixes = ["7f", "55", "56", "aa", "ff"];
const digits = 12;

/** Adds addresses as programs print them: `0x7f3c5e0d1a40`. They are another in every process (address space randomisation). */
export function addAddresses(scanner: PairScanner): void {
  for (const prefix of prefixes) {
    scanner.add(0x78, prefix.charCodeAt(0), (content, at) => {
      return content[at - 1] === 0x30 && content[at + 2] === prefix.charCodeAt(1)
        ? address(content, at)
        : undefined;
    });
  }
}

function address(content: Buffer, at: number): AddressMatch | undefined {
  const end = at + 1 + digits;
  if (isWord(content[at - 2]) || isWord(content[end]) || end > content.length) return undefined;
  const text = content.toString("latin1", at + 1, end);
  // A mask or a marker has few different digits: no address is as regular.
  if (!/^[0-9a-f]+$/.test(text) || new Set(text).size < 5) return undefined;
  return { kind: "address", offset: at - 1, length: digits + 2 };
}
