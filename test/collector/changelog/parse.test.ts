import { execaSync } from "execa";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf } from "../../../collector/changelog/facts.ts";
import { type ChangelogEntry, parseChangelog } from "../../../collector/changelog/parse.ts";

const word = fc.stringMatching(/^[a-z0-9][-+.a-z0-9]{0,8}$/);
const change = fc.oneof(
  fc.stringMatching(/^ {2}\* [!-~\xa0-\xff][ -~\xa0-\xff]{0,30}$/),
  fc.constantFrom(
    "",
    "  [ A Name ]",
    "    more of it",
    "  * Closes: #1, bug 2",
    "  -- no trailer",
    "  \t* tab",
  ),
);
const entry: fc.Arbitrary<ChangelogEntry> = fc.record({
  package: word,
  version: fc.stringMatching(/^([0-9]:)?[0-9][A-Za-z0-9.+~]{0,8}(-[0-9a-z]{1,3})?$/),
  distributions: fc.array(word, { minLength: 1, maxLength: 2 }),
  urgency: fc.constantFrom("", "low", "medium", "high"),
  changes: fc
    .array(change, { minLength: 1, maxLength: 5 })
    .map((lines) => ["  * first", ...lines, "  * last"]),
  maintainer: fc.constantFrom("A Name <a@b>", "\xc3\xa0 <x@y>", "<a@b> <c@d>"),
  date: fc.constantFrom("Thu, 01 Jan 2026 00:00:00 +0000", "Sat,  3 Oct 2020 23:59:60 -0230"),
});

function printed(entries: readonly ChangelogEntry[]): string {
  return entries
    .map(({ package: name, version, distributions, urgency, changes, maintainer, date }) => {
      const head = `${name} (${version}) ${distributions.join(" ")};${urgency === "" ? "" : ` urgency=${urgency}`}`;
      return `${head}\n\n${changes.join("\n")}\n\n -- ${maintainer}  ${date}\n`;
    })
    .join("\n");
}

/** What Dpkg::Changelog::Debian reads in each text. */
function byDpkg(texts: readonly string[]): ChangelogEntry[][] {
  const program = `
    use strict; use warnings; use JSON::PP; use Dpkg::Changelog::Debian;
    local $/; my $texts = JSON::PP->new->latin1->decode(<STDIN>); $/ = "\\n";
    my @all;
    for my $text (@$texts) {
      open(my $file, '<', \\$text) or die;
      my $changelog = Dpkg::Changelog::Debian->new(verbose => 0);
      $changelog->parse($file, 'text');
      push @all, [map { {
        package => $_->get_source, version => $_->get_version . '',
        distributions => [$_->get_distributions],
        urgency => lc($_->get_optional_fields->{Urgency} // ''),
        changes => [map { /\\S/ ? $_ : '' } @{$_->get_part('changes')}],
        maintainer => $_->get_maintainer // '', date => $_->get_timestamp // '',
      } } @$changelog];
    }
    print JSON::PP->new->latin1->encode(\\@all);`;
  const { stdout } = execaSync("perl", ["-e", program], {
    input: Buffer.from(JSON.stringify(texts), "latin1"),
    encoding: "buffer",
  });
  return JSON.parse(Buffer.from(stdout).toString("latin1")) as ChangelogEntry[][];
}

it("reads what was written, as dpkg does", () => {
  const changelogs = fc.sample(fc.array(entry, { minLength: 1, maxLength: 4 }), { seed: 7, numRuns: 300 });
  const texts = changelogs.map(printed);
  const parsed = texts.map(parseChangelog);
  expect(parsed.map(({ stoppedAt }) => stoppedAt)).toEqual(texts.map(() => null));
  expect(parsed.map(({ entries }) => entries)).toEqual(changelogs);
  expect(byDpkg(texts)).toEqual(changelogs);
});

it("reads the head of a changelog that is cut or damaged, and never throws", () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 3 }),
      fc.nat(),
      fc.nat(255),
      (entries, at, byte) => {
        const text = printed(entries);
        const cut = parseChangelog(text.slice(0, at % text.length));
        const whole = entries.slice(0, Math.max(cut.entries.length - 1, 0));
        expect(cut.entries.slice(0, whole.length)).toEqual(whole);
        const damaged = Buffer.from(text, "latin1");
        damaged[at % damaged.length] = byte;
        parseChangelog(damaged.toString("latin1"));
      },
    ),
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (any) => void parseChangelog(any)));
});

const newer = "a (2) unstable; urgency=low\n\n  * two\n\n -- A <a@b>  Thu, 01 Jan 2026 00:00:00 +0000\n";
const versionsOf = (text: string) => parseChangelog(text).entries.map(({ version }) => version);

describe("where it stops being a changelog", () => {
  it.each([
    [
      "an ancient entry",
      "Fri Apr  5 12:00:00 1996  A Name  <a@b>\n",
      "Fri Apr  5 12:00:00 1996  A Name  <a@b>",
    ],
    [
      "the changelog of another",
      "Old Changelog:\na (1) unstable; urgency=low\n\n  * one\n",
      "Old Changelog:",
    ],
    ["a header without distributions", "a (1);\n\n  * one\n", "a (1);"],
    ["details of no version", "\n  * of what?\n", "  * of what?"],
  ])("it says so, and takes nothing from there on: %s", (_, rest, stoppedAt) => {
    expect(parseChangelog(newer + rest)).toMatchObject({ entries: [{ version: "2" }], stoppedAt });
  });

  it("an editor's settings and comments are no damage", () => {
    const older = newer.replace("(2)", "(1)");
    expect(
      parseChangelog(`${newer}# x\n/* x */\n$Id: x$\n${older}Local variables:\nmode: x\n`),
    ).toMatchObject({
      entries: [{ version: "2" }, { version: "1" }],
      stoppedAt: null,
    });
  });

  it("an entry without a trailer is one, and carriage returns are no part of it", () => {
    expect(versionsOf(`a (3) unstable; urgency=low\n\n  * three\n${newer}`)).toEqual(["3", "2"]);
    const [entry] = parseChangelog(newer.replaceAll("\n", "\r\n")).entries;
    expect(entry).toMatchObject({ changes: ["  * two"], date: "Thu, 01 Jan 2026 00:00:00 +0000" });
  });
});

it("reads a megabyte of one line that is made to be slow, in linear time", () => {
  const size = 1 << 20;
  for (const line of [
    `a (${"1".repeat(size)}`,
    `a (1)${" a".repeat(size / 2)}`,
    ` -- ${" <".repeat(size / 2)}`,
  ]) {
    expect(parseChangelog(`${newer}${line}\n`).entries.length).toBe(1);
  }
});

describe("facts of an entry", () => {
  const facts = (changes: string[], distribution = "unstable") =>
    factsOf({ ...parseChangelog(newer).entries[0]!, changes, distributions: [distribution] });

  it("a security upload is one to a security archive, whatever its urgency", () => {
    expect(facts([], "bookworm-security").isSecurity).toBe(true);
    expect(facts(["  * Fix CVE-2024-0001"], "unstable").isSecurity).toBe(false);
    expect(facts([], "-security").isSecurity).toBe(false);
  });

  it("CVE numbers: each once, by year and number, and nothing that only looks alike", () => {
    const text =
      "  * CVE-2024-10000, cve-2024-9999 (CVE-2023-123456), CVE-2024-9999; XCVE-2024-1111 CVE-2024-123";
    expect(facts([text]).cves).toEqual(["CVE-2023-123456", "CVE-2024-9999", "CVE-2024-10000"]);
  });

  it("bugs that are closed, as deb-changelog(5) has it: over lines, with and without signs", () => {
    expect(facts(["  * x (Closes: 42, bug#43,", "    #44, bug 45)", "  * closes:#42 LP: #9"]).closes).toEqual(
      ["42", "43", "44", "45"],
    );
  });
});
