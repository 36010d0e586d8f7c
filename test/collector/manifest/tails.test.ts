import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BuildManifest, normalize } from "../../../collector/manifest/build-manifest.ts";
import { ManifestError } from "../../../collector/manifest/error.ts";
import { parseTails, printTails } from "../../../collector/manifest/tails.ts";

const directory = new URL("./reference/", import.meta.url);
const references = readdirSync(directory).map((name) => ({
  name,
  bytes: readFileSync(new URL(name, directory)),
}));

/** The error's one line; undefined if there is none. Anything but a ManifestError is thrown on. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    parseTails(bytes, "x.build-manifest");
    return undefined;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    expect(error.message).toMatch(/^x\.build-manifest[^\p{Cc}\u2028\u2029]+$/u);
    return error.message;
  }
}

describe.each(references)("Tails' own $name", ({ name, bytes }) => {
  it("is printed as it was read, byte for byte", () => {
    expect(Buffer.from(printTails(parseTails(bytes, name)), "latin1").equals(bytes)).toBe(true);
  });

  it("is refused when it is cut in half", () => {
    expect(refusal(bytes.subarray(0, bytes.length >> 1))).toContain("must end with a line break");
  });

  it("is refused when it is cut within a line or an entry", () => {
    for (const part of [0.2, 0.5, 0.9]) {
      const at = bytes.indexOf("    version:", Math.floor(bytes.length * part));
      expect(refusal(bytes.subarray(0, at))).toMatch(/line \d+|must end with a line break/);
      expect(refusal(bytes.subarray(0, at + 8))).toContain("must end with a line break");
    }
  });
});

const arch = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
const packageName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9+._-]{0,12}$/);
const version = fc.stringMatching(/^[A-Za-z0-9.+~:%-]{1,12}$/);
const manifest: fc.Arbitrary<BuildManifest> = fc.record({
  originReferences: fc.array(
    fc.record({
      archive: fc.stringMatching(/^[!-\-0-~\u00a0-\u00ff][ -\-0-~\u00a0-\u00ff]{0,12}$/),
      reference: fc.stringMatching(/^[!-~]{1,20}$/),
    }),
    { maxLength: 4 },
  ),
  packages: fc.record({
    binary: fc.array(fc.record({ arch, package: packageName, version }), { maxLength: 8 }),
    source: fc.array(fc.record({ package: packageName, version }), { maxLength: 8 }),
  }),
});

it("any manifest is read back as it was printed, in order and without repetitions", () => {
  fc.assert(
    fc.property(manifest, (any) => {
      const printed = Buffer.from(printTails(any), "latin1");
      expect(parseTails(printed, "x.build-manifest")).toEqual(normalize(any));
    }),
  );
});

describe("a manifest that is wrong", () => {
  const head = "---\npackages:\n  binary:\n";
  const sources = "---\npackages:\n  binary: []\n  source:\n";
  const entry = (name: string, version: string) =>
    `  - arch: amd64\n    package: ${name}\n    version: ${version}\n`;

  it.each([
    ["a package twice", head + entry("a", "'1'") + entry("a", "'1'"), /line 7.*a_1_amd64 again/],
    [
      "a source package twice",
      `${sources}${"  - package: a\n    version: '1'\n".repeat(2)}`,
      /line 7.*a_1_source again/,
    ],
    [
      "an archive twice",
      `---\norigin_references:\n${"  debian:\n    reference: '1'\n".repeat(2)}packages:\n  binary: []\n`,
      /line 5.*debian again/,
    ],
    [
      "an archive that is a path",
      "---\norigin_references:\n  ../a:\n    reference: '1'\n",
      /line 3.*must be a file name/,
    ],
    ["a key twice", `${head + entry("a", "'1'")}    version: '2'\n`, /line 7/],
    ["a terminal's escape", head + entry("a\u001b[2J\r", "'1'"), /line 5.*\\u001b/],
    ["a line without an end", head + "x".repeat(9000), /must end with a line break/],
    ["a line of 9,000 bytes", `${head}${"x".repeat(9000)}\n`, /line 4.*at most 8192 bytes/],
    ["a version with a space", head + entry("a", "1 2"), /the version must have letters/],
    ["an alias", `${head}  - arch: &x amd64\n    package: a\n    version: *x\n`, /no anchor, alias/],
    ["another file", "#!/bin/sh\necho\n", /must be "---"/],
    ["nothing", "", /must not be empty/],
  ])("is refused in one line that says where and why: %s", (_, text, message) => {
    expect(refusal(Buffer.from(text))).toMatch(message);
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
    const pieces = fc.constantFrom(
      ..."---|packages:|  binary:|  binary: []|  source:|origin_references:|  a:|  'a|    reference: |".split(
        "|",
      ),
      ..."  - arch: a|    package: a|  - package: ''|    version: '1|    version: *x|\r|\0|\ufeff|\xff".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (lines) => {
        refusal(Buffer.from(`---\n${lines.join("\n")}\n`, "latin1"));
      }),
    );
  });
});
