import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../collector/changelog/compare-versions.ts";

/** Fixed, so that every run asks dpkg the same. */
const seed = 20261124;

const pieces = fc.oneof(
  fc.constantFrom(
    "0",
    "00",
    "1",
    "01",
    "10",
    "9",
    "~",
    "~~",
    "+",
    ".",
    "a",
    "b",
    "Z",
    "z",
    "rc",
    "dfsg",
    "bpo",
  ),
  fc.constantFrom("18446744073709551616", "18446744073709551617", "000018446744073709551616"),
  fc.stringMatching(/^[A-Za-z0-9.+~]$/),
);
const part = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((all) => all.join(""));
const epoch = fc.constantFrom("0", "1", "01", "00", "2147483647");
/** What dpkg accepts: a hyphen only with a revision after it, a colon in the upstream version only after an epoch. */
const version = fc
  .record({
    epoch: fc.option(epoch),
    upstream: fc.array(part, { minLength: 1, maxLength: 2 }),
    colon: fc.boolean(),
    revision: fc.option(part),
  })
  .map(({ epoch, upstream, colon, revision }) => {
    const inner = upstream.join(colon && epoch !== null ? ":" : revision === null ? "" : "-");
    return `${epoch === null ? "" : `${epoch}:`}${inner}${revision === null ? "" : `-${revision}`}`;
  });
/** Pairs that begin alike are the ones in which the finer rules decide. */
const pair = fc.oneof(
  fc.tuple(version, version),
  fc.tuple(version, part, part).map(([a, x, y]) => [a + x, a + y] as const),
  fc.tuple(version, part).map(([a, x]) => [a, a + x] as const),
  version.map((a) => [a, a.replace(/\d+/, "0$&")] as const),
);

/** The lines `A OPERATOR B` that dpkg says are not so, or refuses. */
async function refutedByDpkg(lines: readonly string[]): Promise<string[]> {
  const script = `while read -r a operator b; do
    dpkg --compare-versions "$a" "$operator" "$b" 2>/dev/null || echo "$a $operator $b"
  done`;
  const { stdout } = await execa("sh", ["-c", script], { input: `${lines.join("\n")}\n` });
  return stdout === "" ? [] : stdout.split("\n");
}

function claim(a: string, b: string): string {
  const order = compareVersions(a, b);
  return `${a} ${order < 0 ? "lt" : order > 0 ? "gt" : "eq"} ${b}`;
}

it("10,000 random pairs are ordered as dpkg orders them", { timeout: 300_000 }, async () => {
  const lines = fc.sample(pair, { seed, numRuns: 10_000 }).map(([a, b]) => claim(a, b));
  const operators = new Set(lines.map((line) => line.split(" ")[1]));
  expect(operators).toEqual(new Set(["lt", "gt", "eq"]));
  const halves = [lines.slice(0, 5000), lines.slice(5000)];
  const refuted = (await Promise.all(halves.map(refutedByDpkg))).flat();
  expect(refuted, `pairs of seed ${seed} that dpkg orders otherwise`).toEqual([]);
});

describe("what the manual says", () => {
  it.each([
    ["a tilde is before the end", "1.0~rc1", "1.0"],
    ["letters are before all else", "1.0a", "1.0+"],
    ["an epoch outweighs the rest", "9", "1:0"],
    ["numbers are numbers of any length", "1.99999999999999999998", "1.99999999999999999999"],
    ["no revision is before any but 0", "1.0", "1.0-1"],
    ["a rebuild is between two revisions", "1.0-1+b1", "1.0-1.1"],
    ["a backport is before what it is of", "1.0-1~bpo12+1", "1.0-1"],
    ["a security upload is after what it is of", "1.0-1", "1.0-1+deb12u1"],
    ["an epoch may be larger than dpkg's", "2147483647:1", "2147483648:1"],
    ["an empty one is the earliest", "", "~"],
  ])("%s: %s < %s", (_, a, b) => {
    expect(compareVersions(a, b)).toBeLessThan(0);
    expect(compareVersions(b, a)).toBeGreaterThan(0);
  });

  it.each([
    ["1.0", "1.0-0"],
    ["1.0", "0:1.00"],
    ["1.00000000000000000000001", "1.1"],
    ["+1:1", "1:1"],
  ])("%s = %s", (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });
});

it("is an order over any strings, whatever they are", () => {
  const piece = fc.constantFrom(..."0|1|9|a|z|~|-|:|+|.|\0| |\x80|\xff|\u2028|A".split("|"));
  const any = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((all) => all.join("")),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      expect(compareVersions(a, a)).toBe(0);
      expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
      const [x, y, z] = [a, b, c].sort(compareVersions) as [string, string, string];
      expect(compareVersions(x, y)).toBeLessThanOrEqual(0);
      expect(compareVersions(y, z)).toBeLessThanOrEqual(0);
      expect(compareVersions(x, z)).toBeLessThanOrEqual(0);
    }),
    { seed, numRuns: 5000 },
  );
});
