import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManifestError } from "../../../collector/manifest/error.ts";
import { parseTails, printTails } from "../../../collector/manifest/tails.ts";

const directory = new URL("./reference/", import.meta.url);
const references = readdirSync(directory).map((name) => ({
  name,
  bytes: readFileSync(new URL(name, directory)),
}));

/** The error's message; undefined if there is none. Anything but a ManifestError is thrown on. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    parseTails(bytes, "x.build-manifest");
    return undefined;
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
}

describe.each(references)("Tails' own $name", ({ name, bytes }) => {
  it("is printed as it was read, byte for byte", () => {
    expect(Buffer.from(printTails(parseTails(bytes, name)), "latin1").equals(bytes)).toBe(true);
  });

  it("is refused when it is cut within a line or an entry", () => {
    for (const part of [0.2, 0.5, 0.9]) {
      const at = bytes.indexOf("    version:", Math.floor(bytes.length * part));
      expect(refusal(bytes.subarray(0, at))).toMatch(/line \d+|must end with a line break/);
      expect(refusal(bytes.subarray(0, at + 8))).toContain("must end with a line break");
    }
  });
});

describe("a manifest that is wrong", () => {
  const head = "---\npackages:\n  binary:\n";
  const entry = (name: string, version: string) =>
    `  - arch: amd64\n    package: ${name}\n    version: ${version}\n`;

  it.each([
    ["a package twice", head + entry("a", "'1'") + entry("a", "'1'"), /line 7.*a_1_amd64 again/],
    ["a version with a space", head + entry("a", "1 2"), /the version must have letters/],
    ["an alias", `${head}  - arch: &x amd64\n    package: a\n    version: *x\n`, /no anchor, alias/],
    ["another file", "#!/bin/sh\necho\n", /must be "---"/],
    ["nothing", "", /must not be empty/],
  ])("is refused in one line that says where and why: %s", (_, text, message) => {
    const told = refusal(Buffer.from(text));
    expect(told).toMatch(message);
    expect(told).not.toContain("\n");
  });

  it("is refused at once if it is 100 MB of aliases", () => {
    const bomb = Buffer.alloc(100 << 20, "a: &a [*a,*a,*a,*a,*a,*a,*a,*a]\n");
    expect(refusal(bomb)).toContain("must be at most");
  });

  it("makes nothing but a ManifestError, whatever bytes it has", () => {
    const { bytes } = references[0]!;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 5 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        refusal(changed);
      }),
      { numRuns: 50 },
    );
    fc.assert(fc.property(fc.uint8Array(), (any) => void refusal(any)));
  });
});
