import { expect, test } from "vitest";
import { resolveOrigin } from "../../../../collector/manifest/origins/rules.ts";
import { parseOriginRules } from "../../../../collector/manifest/origins/rules-file.ts";

const resolve = (uri: string, yaml = "origins: []") => {
  const found = resolveOrigin(uri, parseOriginRules(Buffer.from(yaml), "rules.yml"));
  return found && [found.uri, found.name, found.reference];
};

test.each([
  ["http://deb.debian.org/debian/", "http://deb.debian.org/debian", "debian", ""],
  ["https://deb.example.org", "https://deb.example.org", "deb.example.org", ""],
  ["http://security.debian.org/", "http://security.debian.org", "debian-security", ""],
  [
    "http://time-based.snapshots.deb.tails.boum.org/torproject/2018041201",
    "http://time-based.snapshots.deb.tails.boum.org/torproject",
    "torproject",
    "2018041201",
  ],
  [
    "http://tagged.snapshots.deb.tails.boum.org/3.6.1/debian-security/",
    "http://tagged.snapshots.deb.tails.boum.org/3.6.1/debian-security",
    "debian-security",
    "3.6.1",
  ],
  [
    "https://snapshot.debian.org/archive/debian/20240101T000000Z/",
    "https://snapshot.debian.org/archive/debian",
    "debian",
    "20240101T000000Z",
  ],
  [
    "http://snapshot-mirror.example/ubuntu/20240101T000000Z",
    "http://snapshot-mirror.example/ubuntu",
    "ubuntu",
    "20240101T000000Z",
  ],
  ["file:/srv/mirror/debian/", "file:/srv/mirror/debian", "debian", ""],
  // Neither a serial nor a time.
  ["http://x.example/debian/20240101", "http://x.example/debian/20240101", "20240101", ""],
  ["http://x.example/.hidden/2024010102", "http://x.example/.hidden", "hidden", "2024010102"],
])("%s", (uri, archive, name, reference) => {
  expect(resolve(uri)).toEqual([archive, name, reference]);
});

test.each(["", "debian", "http://", "http:///debian", "http://x.example/a b", "http://x.example/\u001b[2J"])(
  "%j is no archive's URI",
  (uri) => {
    expect(resolve(uri)).toBeUndefined();
  },
);

test("a build's own rules come first: by pattern, by name, by reference", () => {
  const yaml = `origins:
  - match: http://mirror.example.org/debian
    name: deb
  - match: http://frozen.example.org/{serial}/{name}
  - match: "**/weekly/{name}/week-{tag}"
  - match: "*://pinned.*/debian"
    name: pinned
    reference: 2024010102
`;
  expect(resolve("http://mirror.example.org/debian/", yaml)).toEqual([
    "http://mirror.example.org/debian",
    "deb",
    "",
  ]);
  expect(resolve("http://frozen.example.org/2024010102/debian", yaml)).toEqual([
    "http://frozen.example.org/2024010102/debian",
    "debian",
    "2024010102",
  ]);
  expect(resolve("https://x.example/a/weekly/debian/week-07", yaml)).toEqual([
    "https://x.example/a/weekly/debian/week-07",
    "debian",
    "07",
  ]);
  expect(resolve("https://pinned.example/debian", yaml)).toEqual([
    "https://pinned.example/debian",
    "pinned",
    "2024010102",
  ]);
  expect(resolve("http://other.example/debian", yaml)?.[1]).toBe("debian");
});

test.each([
  ["[", /^rules\.yml: must be YAML \(.+\); write it like/],
  ["a: &a [1]\norigins: *a", /^rules\.yml: must be YAML/],
  ["rules: []", /^rules\.yml: must have one key, origins, with a list of at most 200 rules; /],
  ["origins: []\nmore: 1", /^rules\.yml: must have one key/],
  ["origins: [1]", /^rules\.yml, rule 1: must have keys; /],
  ["origins: [{name: x}]", /^rules\.yml, rule 1: must have match, a text; /],
  [
    "origins: [{match: 'http://x', url: y}]",
    /may have the keys match, name and reference, but it is "url"; /,
  ],
  [
    "origins: [{match: 'http://x', name: ../y}]",
    /rule 1: the archive must be a file name .*, but it is "\.\.\/y"; /,
  ],
  [
    "origins: [{match: 'http://x', name: [y]}]",
    /rule 1: name and reference must be texts, but it is "\[\\"y\\"\]"; /,
  ],
  ["origins: [{match: 'http://x', reference: 'a b'}]", /rule 1: the reference must be printable ASCII/],
  [
    "origins: [{match: 'http://x/{date}'}]",
    /may have \{name\}, \{serial\}, \{time\} and \{tag\} only, but it is /,
  ],
  [
    "origins: [{match: 'http://{tag}/{time}'}]",
    /may have \{name\} once, and one of \{serial\}, \{time\} and \{tag\}/,
  ],
  ["origins: [{match: 'http://x/**/y'}]", /may have \*\* at its beginning only/],
  ["origins: [{match: 'http://x/*a*b*c*'}]", /may have \* three times between two slashes/],
  [`origins: [{match: 'http://${"x".repeat(600)}'}]`, /must be at most 500 characters long/],
  [`origins: []${" ".repeat(70_000)}`, /must be at most 65536 bytes/],
])("file of rules %# is none: one line says what is wrong", (yaml, message) => {
  expect(() => parseOriginRules(Buffer.from(yaml), "rules.yml")).toThrow(message);
  expect(() => parseOriginRules(Buffer.from(yaml), "rules.yml")).toThrow(/^[^\n]+$/);
});
