import { execa } from "execa";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expression, regularExpression } from "../../../../collector/manifest/pins/expression.ts";

const atom = fc.constantFrom(
  "a",
  "b",
  "B",
  ".",
  "[ab]",
  "[^a]",
  "[[:digit:]]",
  "[a-c1]",
  "[]b]",
  "\\.",
  "1",
  "-",
);
const anchored = fc.constantFrom("^", "$");
const bounds = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}");
const { regex } = fc.letrec<{ regex: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, bounds).map((each) => each.join("")),
    anchored,
    fc.tuple(tie("regex"), bounds).map(([inner, repeat]) => `(${inner})${repeat}`),
  ),
  regex: fc.oneof(
    { maxDepth: 3 },
    fc.array(tie("part"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("regex"), tie("regex")).map((sides) => sides.join("|")),
  ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "A", "b", "c", "1", ".", "-", "]", "_"), maxLength: 7 });

test("a regular expression finds what grep -E finds", async () => {
  await fc.assert(
    fc.asyncProperty(regex, fc.array(text, { minLength: 1, maxLength: 20 }), async (pattern, texts) => {
      const { stdout } = await execa("grep", ["-E", "-i", "-n", "-e", pattern], {
        input: `${texts.join("\n")}\n`,
        env: { LC_ALL: "C" },
        reject: false,
      });
      const found = stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => texts[Number.parseInt(line, 10) - 1]);
      const matches = regularExpression(pattern)!;
      expect(texts.filter(matches), pattern).toEqual(found);
    }),
    { numRuns: 200 },
  );
});

test("a glob matches what the shell's case matches", async () => {
  const part = fc.constantFrom(
    "a",
    "B",
    "*",
    "?",
    "[ab]",
    "[!a]",
    "[^b]",
    "[a-c]",
    "[[:digit:]]",
    "\\*",
    "]",
    "1",
    ".",
  );
  const glob = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const script = `shopt -s nocasematch; pattern=$1; shift; for each; do case "$each" in $pattern) echo yes;; *) echo no;; esac; done`;
  await fc.assert(
    fc.asyncProperty(glob, fc.array(text, { minLength: 1, maxLength: 20 }), async (pattern, texts) => {
      const { stdout } = await execa("bash", ["-c", script, "bash", pattern, ...texts], {
        env: { LC_ALL: "C" },
      });
      expect(
        texts.map(expression(pattern)).map((is) => (is ? "yes" : "no")),
        pattern,
      ).toEqual(stdout.split("\n"));
    }),
    { numRuns: 150 },
  );
});

test("a pattern that would take a backtracking matcher for ever is answered", () => {
  expect(expression(`/^${"(a+)+".repeat(8)}$/`)(`${"a".repeat(200)}!`)).toBe(false);
  expect(expression("*a".repeat(60))(`${"a".repeat(250)}!`)).toBe(false);
});

test.each([
  "/(a/",
  "/[a/",
  "/a{300}/",
  "/a{2,1}/",
  "/\\1/",
  `/${"(a{200}){200}"}/`,
  `/${"a".repeat(600)}/`,
  "/a\\/",
])("%s is no pattern, and matches nothing, as with apt", (pattern) => {
  expect(expression(pattern)("a")).toBe(false);
});
