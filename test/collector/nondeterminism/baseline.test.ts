import fc from "fast-check";
import { expect, test } from "vitest";
import { BaselineError, parseBaseline, printBaseline } from "../../../collector/nondeterminism/baseline.ts";
import { fingerprintOf } from "../../../collector/nondeterminism/fingerprint.ts";
import { findingOf } from "./finding-of.ts";

const print = (count: number) => (count % 16).toString(16).repeat(32);

test("what is written is read again, sorted, each cause once, with the comments of the old one", () => {
  const findings = [
    findingOf({ path: "/etc/\xff", fingerprint: print(2) }),
    findingOf({ path: "/etc/a", fingerprint: print(1), culprits: [] }),
    findingOf({ path: "/etc/b", fingerprint: print(2) }),
  ];
  const comment = {
    fingerprint: print(2),
    source: "timestamp",
    path: "/x",
    culprit: null,
    comment: "until the next release",
  };
  const old = parseBaseline(JSON.stringify({ isotraceBaseline: 1, accepted: [comment] }), "old");
  const text = printBaseline(findings, old);
  expect(parseBaseline(text, "new").accepted).toEqual([
    { fingerprint: print(1), source: "timestamp", path: "/etc/a", culprit: null },
    {
      fingerprint: print(2),
      source: "timestamp",
      path: "/etc/b",
      culprit: { kind: "hook", name: "0500-a.hook.chroot" },
      comment: "until the next release",
    },
  ]);
  expect(printBaseline(findings.toReversed().slice(1), old).split("\n").length).toBeGreaterThan(5);
});

test.each([
  ["not JSON", "{", /^b\.json: not a baseline: not JSON/],
  ["another file", `{"version": 1}`, /^b\.json: not a baseline: it has no member "isotraceBaseline"/],
  ["a list", "[]", /no member/],
  ["another version", `{"isotraceBaseline": 2, "accepted": []}`, /must be 1, but it is 2; take the Isotrace/],
  ["no list", `{"isotraceBaseline": 1}`, /"accepted" must be a list .* but it is not there/],
  [
    "an entry that is none",
    `{"isotraceBaseline": 1, "accepted": [7]}`,
    /accepted\[0\] must be an object, but it is 7/,
  ],
  [
    "no fingerprint",
    `{"isotraceBaseline": 1, "accepted": [{}]}`,
    /accepted\[0\]\.fingerprint must be 32 hex/,
  ],
  [
    "a bad one",
    `{"isotraceBaseline": 1, "accepted": [{"fingerprint": "${"x\\n".repeat(99)}"}]}`,
    /but it is "x/,
  ],
])("a baseline that is %s is refused in one line", (_, text, message) => {
  const error = thrown(() => parseBaseline(text, "b.json"));
  expect(error).toBeInstanceOf(BaselineError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toMatch(/\n/);
  expect((error as Error).message.length).toBeLessThan(400);
});

test("whatever JSON a file holds, it is read or refused", () => {
  const accepted = fc.record({
    fingerprint: fc.oneof(fc.constant(print(1)), fc.jsonValue()),
    path: fc.jsonValue(),
    culprit: fc.jsonValue(),
  });
  const document = fc.record({
    isotraceBaseline: fc.constantFrom(1, 2, null),
    accepted: fc.oneof(fc.array(accepted), fc.jsonValue()),
  });
  fc.assert(
    fc.property(document, (value) => {
      const error = thrown(() => parseBaseline(JSON.stringify(value), "b"));
      expect(error === undefined || error instanceof BaselineError).toBe(true);
    }),
  );
});

test("the fingerprint is of the cause: not of the build's place, versions, temporary names, UUIDs and times", () => {
  const of = (path: string, name: string, directory = "/build") =>
    fingerprintOf({
      source: "timestamp",
      path,
      culprit: { kind: "command", name, package: null },
      directory,
    });
  expect(of("/boot/initrd.img-6.1.0-30-amd64", "sh /build/x")).toBe(
    of("/boot/initrd.img-6.1.0-41-amd64", "sh /home/ci/7/x", "/home/ci/7"),
  );
  expect(of("/f/0f8fad5b-d9cb-469f-a165-70867728950e.cache", "a")).toBe(
    of("/f/7c9e6679-7425-40de-944b-e07fc1f90ae7.cache", "a"),
  );
  expect(of("/tmp/tmp.aB3dE6gH9k/f", "a")).toBe(of("/tmp/tmp.Zz3dE6gH9k/f", "a"));
  expect(of("/log/20231114221320", "a")).toBe(of("/log/20241114221320", "a"));
  const others = [of("/a", "a"), of("/b", "a"), of("/a", "b"), of("/a", "a b")];
  expect(new Set(others).size).toBe(others.length);
});

function thrown(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
