import { expect, it } from "vitest";
import { Configured } from "../../../../collector/manifest/configured.ts";
import { ManifestError } from "../../../../collector/manifest/error.ts";
import {
  parseExtraPackages,
  recordedExtraPackages,
} from "../../../../collector/manifest/formats/extra-packages.ts";
import { liveBuild } from "../../support/live-build.ts";

const parse = (text: string) => parseExtraPackages(Buffer.from(text), "extra.yml");

it("the file of Tails is read, versions as the texts that they are", () => {
  const text = `# Packages that the lists do not have.
packages:
  binary:
  - package: squashfs-tools
    arch: i386
    version: 1:4.2+20130409-2
    explanation: pulled by lb_binary_rootfs
  - {package: "0ad", arch: all, version: 1.10}
  - {package: e, arch: all, version: 1e3}
  source:
  - package: "null"
    version: 010
    explanation:
`;
  expect(parse(text)).toEqual({
    binary: [
      { package: "squashfs-tools", arch: "i386", version: "1:4.2+20130409-2" },
      { package: "0ad", arch: "all", version: "1.10" },
      { package: "e", arch: "all", version: "1e3" },
    ],
    source: [{ package: "null", version: "010" }],
  });
});

it.each(["", "packages:\n", "packages:\n  binary:\n", "packages:\n  binary: []\n", "# nothing\n"])(
  "%j has no packages",
  (text) => {
    expect(parse(text)).toEqual({ binary: [], source: [] });
  },
);

const binary = (entry: string) => `packages:\n  binary:\n  - ${entry}\n`;
const bomb = ["a: &a [x, x]", ..."bcdefghijklmnopqrstuvwxyz"].reduce(
  (text, letter, i) =>
    `${text}\n${letter}: &${letter} [*${"abcdefghijklmnopqrstuvwxyz"[i - 1]}, *${"abcdefghijklmnopqrstuvwxyz"[i - 1]}]`,
);

it.each([
  ["a list for a mapping", "- x", /^extra\.yml: must be a mapping, but it is "a list"; list packages/],
  ["a text for a list", "packages: {binary: x}", /packages\.binary: must be a list, but it is "x"/],
  ["an entry that is none", binary("x"), /packages\.binary\[0\]: must be a mapping, but it is "x"/],
  [
    "no version",
    binary("{package: a, arch: all}"),
    /packages\.binary\[0\]\.version: must be a text, but it is "missing"/,
  ],
  [
    "a version with a space",
    binary("{package: a, arch: all, version: 1 2}"),
    /the version must have letters.*"1 2"/,
  ],
  ["a name that is a path", binary("{package: ../a, arch: all, version: 1}"), /the package must be a letter/],
  ["an alias", "x: &x [1]\npackages: {binary: *x}", /must be YAML, without aliases/],
  ["a bomb of aliases", `${bomb}\npackages: *z\n`, /must be YAML, without aliases/],
  ["YAML that is none", "packages: [", /must be YAML, without aliases, but it is/],
  ["a key twice", "packages:\npackages:\n", /must be YAML/],
  ["deep nesting", "[".repeat(60_000), /must be YAML/],
  ["an anchor upon another", "&a ".repeat(20_000), /must be YAML/],
  [
    "100 MB of aliases",
    `x: &x y\nz: [${"*x,".repeat(35_000_000)}]`,
    /^extra\.yml: must be at most 65536 bytes/,
  ],
])("%s is refused in one line", (_, text, message) => {
  expect(() => parse(text)).toThrow(message);
  expect(() => parse(text)).toThrow(ManifestError);
  expect(() => parse(text)).toThrow(/^[^\n]+$/);
});

it("of a recorded file the last state counts; one that was removed is none, one that was cut is refused", () => {
  const { s } = liveBuild();
  const recorded = (name: string, facts: { removed?: boolean; cut?: boolean } = {}) => {
    s.add({
      kind: "configuration",
      time: s.time,
      root: 1,
      path: Buffer.from("/config/build-manifest-extra-packages.yml"),
      content: Buffer.from(binary(`{package: ${name}, arch: all, version: 1}`)),
      removed: false,
      cut: false,
      ...facts,
    });
    return recordedExtraPackages.bind(undefined, new Configured(s.read()));
  };
  expect(recorded("old")().binary).toMatchObject([{ package: "old" }]);
  expect(recorded("new")().binary).toMatchObject([{ package: "new" }]);
  expect(recorded("gone", { removed: true })()).toEqual({ binary: [], source: [] });
  expect(recorded("long", { cut: true })).toThrow(
    /config\/build-manifest-extra-packages\.yml: must be small enough/,
  );
});
