import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileBytes, HeldBytes } from "../../../../agent/inside/bytes.ts";
import { StanzaIndex } from "../../../../agent/probe/package/stanza-index.ts";

interface Stanza {
  before: string;
  name: string;
  version: number;
}

const stanza: fc.Arbitrary<Stanza> = fc.record({
  // Some archives' stanzas do not begin with the name; and one is longer than what is looked at first.
  before: fc.constantFrom("", "", "Format: 1\n", `Long: ${"x".repeat(5000)}\n`),
  name: fc.stringMatching(/^[a-z]{1,3}$/),
  version: fc.nat(9),
});
/** Smaller than a list's, so that they end in every place of a stanza. */
const portion = fc.integer({ min: 20, max: 200 });
const end = fc.constantFrom("", "\n", "\n\n");

describe("an index of a list of packages", () => {
  it("finds every stanza of a name, as a search through all of them does", () => {
    fc.assert(
      fc.property(fc.array(stanza), portion, end, (stanzas, portion, end) => {
        const list = Buffer.from(stanzas.map(textOf).join("\n\n") + end);
        const index = new StanzaIndex(new HeldBytes(list), "Packages", portion);
        for (const name of [...stanzas.map((each) => each.name), "none"]) {
          const wanted = stanzas.filter((each) => each.name === name);
          expect(index.find(name).map((text) => text.trimEnd())).toEqual(wanted.map(textOf));
        }
      }),
    );
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), portion, (bytes, portion) => {
        const index = new StanzaIndex(new HeldBytes(Buffer.from(bytes)), "Packages", portion);
        expect(index.find("nothing-is-called-so")).toEqual([]);
      }),
    );
  });

  it("finds in an open file what stands there, and not another package's stanza after the file was changed", () => {
    const directory = mkdtempSync(join(tmpdir(), "isotrace-stanza-index-"));
    const path = join(directory, "Packages");
    const stanzas = Array.from({ length: 20_000 }, (_, i) => ({ before: "", name: `p${i}`, version: i }));
    const list = stanzas.map(textOf).join("\n\n");
    writeFileSync(path, list);
    const fd = openSync(path, "r+");
    try {
      const index = new StanzaIndex(new FileBytes(fd, list.length), "Packages");
      for (const each of [stanzas[0]!, stanzas[9999]!, stanzas.at(-1)!])
        expect(index.find(each.name)).toEqual([textOf(each)]);
      writeSync(fd, "Package: q0", 0);
      ftruncateSync(fd, 1000);
      for (const name of ["p0", "p9999"]) expect(index.find(name)).toEqual([]);
    } finally {
      closeSync(fd);
      rmSync(directory, { recursive: true });
    }
  });
});

function textOf({ before, name, version }: Stanza): string {
  return `${before}Package: ${name}\nVersion: ${version}\nDescription: x\n Package: y`;
}
