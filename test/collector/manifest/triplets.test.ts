import { execaSync } from "execa";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OriginReference } from "../../../collector/manifest/build-manifest.ts";
import { ManifestError } from "../../../collector/manifest/error.ts";
import { printTails } from "../../../collector/manifest/tails.ts";
import {
  manifestOfTriplets,
  parseTriplets,
  type TripletList,
  tripletLists,
} from "../../../collector/manifest/triplets.ts";

interface Input {
  readonly lists: Readonly<Record<TripletList, string>>;
  readonly serials: readonly OriginReference[];
}

/** By the rules of Tails' aggregator, in its language: what it prints for lists and serials. */
function byPerl(inputs: readonly Input[]): string[] {
  const program = `
    use strict; use warnings; use JSON::PP; use YAML::XS;
    binmode STDIN; binmode STDOUT; local $/;
    print join "\\0", map {
      my ($lists, $serials) = @{$_}{qw(lists serials)};
      my (%seen, %packages);
      for my $list (qw(deburis binuris srcuris)) {
        for (split /\\n/, $lists->{$list}) {
          my ($name, $version, $uri) = split / /;
          my $arch = $list eq 'srcuris' ? 'source' : ($uri =~ /_([^_]+)\\.deb\\z/)[0];
          my %entry = (package => $name, version => $version, $arch eq 'source' ? () : (arch => $arch));
          $seen{$list eq 'srcuris' ? 'source' : 'binary'}{join '_', $name, $version, $arch} = \\%entry;
        }
      }
      for my $kind (keys %seen) { $packages{$kind} = [map { $seen{$kind}{$_} } sort keys %{$seen{$kind}}] }
      $packages{binary} //= [];
      my %origins = map { $_->{archive} => { reference => $_->{reference} } } @$serials;
      Dump({ packages => \\%packages, %origins ? (origin_references => \\%origins) : () });
    } @{JSON::PP->new->latin1->decode(<STDIN>)};`;
  const { stdout } = execaSync("perl", ["-e", program], {
    input: Buffer.from(JSON.stringify(inputs), "latin1"),
    encoding: "buffer",
    stripFinalNewline: false,
  });
  return Buffer.from(stdout).toString("latin1").split("\0");
}

function printed({ lists, serials }: Input): string {
  const triplets = tripletLists.flatMap((list) => parseTriplets(Buffer.from(lists[list]), list, list));
  return printTails(manifestOfTriplets(triplets, serials));
}

const name = fc.oneof(
  fc.constantFrom("zlib1g", "zlib1g-dev", "null", "0ad", "libstdc++6", "yes"),
  fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,8}$/),
);
const version = fc.oneof(
  fc.constantFrom(
    "1:2.3-4",
    "1",
    "1.10",
    "012",
    "1e3",
    "2019-07-08",
    "0x1f",
    "1:30",
    "3~rc1+b2",
    "1%3a2",
    "inf",
    "~",
  ),
  fc.stringMatching(/^[0-9][A-Za-z0-9.+~:-]{0,8}$/),
);
const host = fc.constantFrom("http://ftp.debian.org/debian", "http://h/torproject/2019060802");

function list(fileOf: (name: string, version: string) => fc.Arbitrary<string>) {
  const line = fc
    .tuple(name, version, host)
    .chain(([n, v, h]) => fileOf(n, v).map((file) => `${n} ${v} ${h}/pool/main/x/${file}\n`));
  return fc.array(line, { maxLength: 8 }).map((lines) => lines.join(""));
}
const deb = (n: string, v: string) =>
  fc
    .constantFrom("all", "amd64", "i386", "kfreebsd-amd64")
    .map((arch) => `${n}_${v.replaceAll(":", "%3a")}_${arch}.deb`);
const dsc = (n: string, v: string) => fc.constant(`${n}_${v.replace(/^\d+:/, "")}.dsc`);
const input: fc.Arbitrary<Input> = fc.record({
  lists: fc.record({ deburis: list(deb), binuris: list(deb), srcuris: list(dsc) }),
  serials: fc.uniqueArray(
    fc.record({
      archive: fc.constantFrom("debian", "debian-security", "torproject"),
      reference: fc.constantFrom("2019061901", "latest", "unknown"),
    }),
    { selector: ({ archive }) => archive },
  ),
});

it("lists and serials give, byte for byte, what Tails' aggregator prints", () => {
  const inputs = fc.sample(input, 1000);
  const perl = byPerl(inputs);
  expect(perl).toHaveLength(inputs.length);
  for (const [i, each] of inputs.entries()) expect(printed(each)).toBe(perl[i]);
});

describe("a line that is no triplet is refused, naming it", () => {
  const uri = "http://h/x_1_amd64.deb";
  it.each([
    ["x 1", "deburis", /deburis line 2: must be three words: package version uri, but it is "x 1"/],
    [`x 1 ${uri} more`, "deburis", /line 2: must be three words/],
    [`x  1 ${uri}`, "deburis", /line 2: must be three words/],
    [`x 1 ${uri}\r`, "deburis", /line 2: must be three words/],
    ["", "deburis", /line 2: must be three words/],
    ["x 1 http://h/x.deb", "binuris", /binuris line 2: the URI must end with _ARCH\.deb, but it is "http/],
    ["x 1 http://h/x_1_AMD64.deb", "binuris", /line 2: the arch must have small letters/],
    [`../x 1 ${uri}`, "deburis", /line 2: the package must be a letter or digit/],
    [`x 1_2 ${uri}`, "deburis", /line 2: the version must have letters/],
    [`x 1 ${"u".repeat(9000)}`, "srcuris", /srcuris line 2: must be at most 8192 bytes long/],
  ] as const)("%s", (line, list, message) => {
    const bytes = Buffer.from(`a 1 http://h/a_1_all.deb\n${line}\nb 1 http://h/b_1_all.deb\n`, "latin1");
    expect(() => parseTriplets(bytes, list, list)).toThrow(message);
    expect(() => parseTriplets(bytes, list, list)).toThrow(ManifestError);
    expect(() => parseTriplets(bytes, list, list)).toThrow(/^[^\n]+$/);
  });
});
