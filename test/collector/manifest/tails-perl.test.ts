import { execaSync } from "execa";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { BuildManifest } from "../../../collector/manifest/build-manifest.ts";
import { printTails } from "../../../collector/manifest/tails.ts";

/**
 * Each manifest as Perl's YAML::XS prints it from the structure that Tails' aggregator makes: keys are absent where
 * there is nothing, packages are unique and sorted by `package_version_arch`.
 */
function byPerl(manifests: BuildManifest[]): string[] {
  const program = `
    use strict; use warnings; use JSON::PP; use YAML::XS;
    binmode STDIN; binmode STDOUT; local $/;
    sub unique {
      my %by = map { join('_', @{$_}{qw(package version)}, $_->{arch} // 'source') => $_ } reverse @_;
      return map { $by{$_} } sort keys %by;
    }
    print join "\\0", map {
      my (%packages, %origins);
      $packages{$_->[0]} = [unique(@{$_->[1]})] for grep { @{$_->[1]} } map { [$_->[0], $_->[1]] }
        (['binary', $_->{packages}{binary}], ['source', $_->{packages}{source}]);
      $packages{binary} //= [];
      $origins{$_->{archive}} //= { reference => $_->{reference} } for @{$_->{originReferences}};
      Dump({ packages => \\%packages, %origins ? (origin_references => \\%origins) : () });
    } @{JSON::PP->new->latin1->decode(<STDIN>)};`;
  const { stdout } = execaSync("perl", ["-e", program], {
    // Byte strings: one character a byte, as Perl has them.
    input: Buffer.from(JSON.stringify(manifests), "latin1"),
    encoding: "buffer",
    stripFinalNewline: false,
  });
  return Buffer.from(stdout).toString("latin1").split("\0");
}

const text = (pattern: RegExp) => fc.stringMatching(pattern);
const entry = {
  package: fc.oneof(
    fc.constantFrom("zlib1g", "zlib1g-dev", "null", "0ad"),
    text(/^[A-Za-z0-9][A-Za-z0-9+._-]{0,8}$/),
  ),
  version: fc.oneof(
    fc.constantFrom("1", "1.0", "1:2-3", "1%3a2-3", "1e3", "~", "0x1f"),
    text(/^[A-Za-z0-9.+~:%-]{1,9}$/),
  ),
};
const manifest: fc.Arbitrary<BuildManifest> = fc.record({
  originReferences: fc.array(
    fc.record({
      archive: text(/^[!-\-0-~\u00a0-\u00ff][ -\-0-~\u00a0-\u00ff]{0,8}$/),
      reference: fc.oneof(
        fc.constantFrom("2026112401", "unknown", "20260101T000000Z"),
        text(/^[!-~]{1,16}$/),
      ),
    }),
    { maxLength: 4 },
  ),
  packages: fc.record({
    binary: fc.array(fc.record({ arch: fc.constantFrom("all", "amd64", "1"), ...entry }), { maxLength: 6 }),
    source: fc.array(fc.record(entry), { maxLength: 6 }),
  }),
});

it("any manifest is, byte for byte, what Tails' aggregator prints with Perl's YAML::XS", () => {
  const manifests = fc.sample(manifest, 1000);
  const printed = byPerl(manifests);
  expect(printed).toHaveLength(manifests.length);
  for (const [i, each] of manifests.entries()) expect(printTails(each)).toBe(printed[i]);
});
