import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStanza } from "../../../../agent/probe/package/deb822.ts";
import { StanzaIndex } from "../../../../agent/probe/package/stanza-index.ts";

const name = fc.stringMatching(/^[a-z]{1,3}$/);

describe("an index of a list of packages", () => {
  it("finds every stanza of a name, as a search through all of them does", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name, version: fc.nat(9) })), name, (packages, wanted) => {
        const text = packages
          .map((each) => `Package: ${each.name}\nVersion: ${each.version}\nDescription: x\n Package: y\n`)
          .join("\n");
        const found = new StanzaIndex(Buffer.from(text))
          .find(wanted)
          .map((each) => parseStanza(each).get("version"));
        expect(found).toEqual(
          packages.filter((each) => each.name === wanted).map((each) => `${each.version}`),
        );
      }),
    );
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(new StanzaIndex(Buffer.from(bytes)).find("nothing-is-called-so")).toEqual([]);
      }),
    );
  });
});
