import { execaSync } from "execa";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ManifestError } from "../../../collector/manifest/error.ts";
import { printKey, printScalar, readScalar } from "../../../collector/manifest/yaml-scalar.ts";

/** What Perl's YAML::XS prints for each text (a byte string), as the value of a key or as a key. */
function byPerl(texts: string[], as: "value" | "key" = "value"): string[] {
  const dump = { value: "Dump({ k => $_ })", key: "Dump({ $_ => 'v' })" }[as];
  const program = `
    use strict; use warnings; use YAML::XS;
    binmode STDIN; binmode STDOUT; local $/; my @texts = split /\\0/, <STDIN>, -1;
    print join "\\0", map { my $y = ${dump}; $y =~ s/\\A---\\n(k: )?//; $y =~ s/(: v)?\\n\\z//; $y } @texts;`;
  const input = Buffer.from(texts.join("\0"), "latin1");
  const { stdout } = execaSync("perl", ["-e", program], {
    input,
    encoding: "buffer",
    stripFinalNewline: false,
  });
  return Buffer.from(stdout).toString("latin1").split("\0");
}

const nasty = [
  ..."1:2-3 %3a ~ + - ? : 1e3 1E5 .5 5. 0x1f 0o7 007 1_000 2019-01-01 12:30:45 null Null yes no on off y n true True".split(
    " ",
  ),
  ...".inf .nan inf nan Infinity 3.115 1.0-1 +1 -1 1.2.3 --- ... -a ?a :a a: a:b 'a a'b \"a `a @a !a &a *a |a >a {a [a ]a }a ,a #a a#b =".split(
    " ",
  ),
  "",
  "a: b",
  "a #b",
  " a",
  "a ",
  "0 but true",
  "2.3.99.3-3+b1",
  "1:0.6.21-43+deb9u4",
  "caf\u00e9",
  "http://deb.debian.org/debian/pool/main/a/a_1%3a2_all.deb",
];

it("prints every nasty text as Perl's YAML::XS prints it, and reads it back", () => {
  expect(nasty.map(printScalar)).toEqual(byPerl(nasty));
  expect(nasty.map((text) => readScalar(printScalar(text)))).toEqual(nasty);
});

it("prints versions and names as Perl's YAML::XS prints them", () => {
  const version = fc.stringMatching(/^[A-Za-z0-9.+~:%-]{1,20}$/);
  const words = fc.stringMatching(/^[ -~]{1,20}$/);
  const number = fc.oneof(
    fc.double().map(String),
    fc.integer().map(String),
    fc.stringMatching(/^[-+]?[0-9.eE]{1,8}$/),
  );
  const latin = fc.stringMatching(/^[ -~\u00a0-\u00ff]{1,20}$/);
  const texts = fc.sample(fc.oneof(version, words, number, latin), 4000);
  expect(texts.map(printScalar)).toEqual(byPerl(texts));
  expect(texts.map((text) => readScalar(printScalar(text)))).toEqual(texts);
});

it("prints keys as Perl's YAML::XS prints them, up to the longest that stays on one line", () => {
  const keys = fc.sample(fc.stringMatching(/^[ -~\u00a0-\u00ff]{1,20}$/), 2000);
  const texts = [...nasty, ...keys, "a".repeat(128), "\u00e9".repeat(64)].filter((text) => text !== "k");
  expect(texts.map(printKey)).toEqual(byPerl(texts, "key"));
  const long = "a".repeat(129);
  expect(byPerl([long], "key")[0]).toMatch(/^\? a+$/m);
  expect(() => printKey(long)).toThrow(ManifestError);
});

it.each([
  ["a line break", "a\nb"],
  ["a terminal's escape", "\u001b[2J"],
  ["a NUL", "a\0"],
  ["NEL, a line break of YAML", "a\u0085b"],
  ["spaces where libyaml folds lines", "word ".repeat(20)],
])("refuses what would need another style of YAML: %s", (_, text) => {
  expect(() => printScalar(text)).toThrow(ManifestError);
});

it.each([
  "*a",
  "&a b",
  "!!str a",
  "[a]",
  "{a: b}",
  '"a"',
  "|",
  "> ",
  "~",
  "null",
  "true",
  "a: b",
  "a #b",
  "'a",
  "'a'b'",
  "",
])("reads nothing but plain and single-quoted text: %s", (printed) => {
  expect(readScalar(printed)).toBeNull();
});
