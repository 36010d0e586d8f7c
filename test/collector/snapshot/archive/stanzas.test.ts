import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceFiles, sourceOf } from "../../../../collector/snapshot/archive/package.ts";
import { filesOf, identityOf, printRelease } from "../../../../collector/snapshot/archive/release.ts";
import { Stanza, stanzasOf } from "../../../../collector/snapshot/archive/stanzas.ts";

test("paragraphs keep their bytes, and fields are found whatever stands around them", () => {
  const value = fc.stringMatching(/^[!-~]{1,20}$/);
  const name = fc.stringMatching(/^X-[A-Za-z]{1,8}$/);
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(name, value, { minKeys: 1 }), { minLength: 1, maxLength: 5 }),
      (paragraphs) => {
        const texts = paragraphs.map((fields) =>
          Object.entries(fields)
            .map(([key, text]) => `${key}: ${text}`)
            .join("\n"),
        );
        const stanzas = stanzasOf(`${texts.join("\n\n")}\n`);
        expect(stanzas.map(({ text }) => text)).toEqual(texts);
        for (const [i, fields] of paragraphs.entries())
          for (const [key, text] of Object.entries(fields)) {
            const first = Object.keys(fields).find((each) => each.toLowerCase() === key.toLowerCase());
            if (first === key) expect(stanzas[i]!.field(key)).toBe(text);
          }
      },
    ),
  );
});

test.each([
  ["Package: a\nVersion: 1", { name: "a", version: "1" }],
  ["Package: a\nSource: b\nVersion: 1", { name: "b", version: "1" }],
  ["Package: a\nSource: b (2:1-1)\nVersion: 1+b1", { name: "b", version: "2:1-1" }],
])("the source of %j", (text, source) => {
  expect(sourceOf(new Stanza(text))).toEqual(source);
});

test("a source's files stand in its directory", () => {
  const text = `Package: a\nDirectory: pool/main/a/a\nChecksums-Sha256:\n ${"0".repeat(64)} 12 a_1.dsc\n ${"f".repeat(64)} 3 a_1.tar.xz\nFiles:\n 00 12 a_1.dsc`;
  expect(sourceFiles(new Stanza(text))).toEqual([
    { path: "pool/main/a/a/a_1.dsc", size: 12, sha256: "0".repeat(64) },
    { path: "pool/main/a/a/a_1.tar.xz", size: 3, sha256: "f".repeat(64) },
  ]);
});

test("a Release file says of an archive what upstream's says, but for its files", () => {
  const upstream = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Origin: Debian
Suite: stable
Codename: bookworm
Acquire-By-Hash: yes
Valid-Until: Sun, 29 Nov 2026 19:58:56 UTC
NotAutomatic: yes
SHA256:
 00 1 main/binary-amd64/Packages
-----BEGIN PGP SIGNATURE-----
`;
  const release = identityOf(upstream, "bookworm");
  expect(release).toEqual({ Origin: "Debian", Suite: "stable", Codename: "bookworm", NotAutomatic: "yes" });
  const files = [{ path: "main/binary-amd64/Packages.gz", size: 5, sha256: "ab" }];
  const text = printRelease({
    release,
    architectures: ["amd64"],
    components: ["main"],
    date: 0,
    validUntil: 86_400_000,
    files,
  });
  expect(text).toContain("Date: Thu, 01 Jan 1970 00:00:00 UTC\nValid-Until: Fri, 02 Jan 1970 00:00:00 UTC\n");
  expect(filesOf(text, "Release")).toEqual(files);
  expect(text).not.toContain("Acquire-By-Hash");
});
