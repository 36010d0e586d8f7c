import { expect, it } from "vitest";
import { compare } from "../../../collector/changelog/compare.ts";
import { changelogMarkdown } from "../../../collector/changelog/markdown.ts";
import type { Side } from "../../../collector/changelog/side.ts";
import { changelogText } from "../../../collector/changelog/text.ts";
import { colour, plain } from "../../../collector/why/text.ts";
import { bare, binary, changelog, side } from "./sides.ts";

/** The text after the two sides' names. */
function text(a: Side, b: Side): string[] {
  return changelogText(compare(a, b), plain).split("\n").slice(3, -1);
}

const of = (source: string, origin: string | null = "debian") => ({ source, origin });
const used = { place: "build" as const };
const all = { architecture: "all" };
const i386 = { architecture: "i386" };

it("packages of one source stand together, by archive, and those of one change on one line", () => {
  const a = [binary("x1", "1", of("s")), binary("x2", "1", of("s")), binary("x3", "1:1", of("s"))];
  const b = [binary("x1", "2", of("s")), binary("x2", "2", of("s")), binary("x3", "1:2", of("s"))];
  const more = [binary("mine", "2", of("mine", null)), binary("x4", "2", of("s", "security"))];
  expect(text(side(a), side([...b, ...more])).slice(0, 13)).toEqual([
    "2 added, 0 removed, 0 downgraded, 3 upgraded, 0 unchanged",
    "",
    "Added (2)",
    "  from no known archive:",
    "    mine 2",
    "  from security:",
    "    s: x4 2",
    "",
    "Upgraded (3)",
    "  from debian:",
    "    s:",
    "      x1, x2 1 -> 2",
    "      x3 1:1 -> 1:2",
  ]);
});

it("an architecture is named where a package has several, or another; a place where it is not the image", () => {
  const a = [binary("a", "1"), binary("a", "1", i386), binary("b", "1", all), binary("t", "1", used)];
  const b = [binary("a", "2"), binary("a", "1", i386), binary("b", "2"), binary("t", "2", used)];
  expect(text(side(a), side(b)).filter((line) => line.includes("->"))).toEqual([
    "    a: a:amd64 1 -> 2",
    "    b 1 -> 2 (architecture all -> amd64)",
    "    t 1 -> 2 (not in the image)",
  ]);
  const source = bare("a", "1", { type: "source", architecture: "source" });
  expect(text(side([]), side([source])).at(-1)).toBe("    a (source) 1");
});

it("entries are shown as they are; what is gone, cut off or not recorded is said", () => {
  const lost = changelog("down", ["2", "1"]);
  const cut = changelog("up", [["3", "sid", "  * Tab:\tx."]], { isCut: true });
  const a = side([binary("down", "2"), binary("up", "1"), binary("z", "1")], { changelogs: [lost] });
  const b = side([binary("down", "1"), binary("up", "3"), binary("z", "2")], { changelogs: [cut] });
  const lines = text(a, b);
  expect(lines.slice(lines.indexOf("Changelogs"))).toEqual([
    "Changelogs",
    "",
    "  down 2 -> 1: these uploads are gone",
    "    2 unstable urgency medium",
    "      * Change of 2.",
    "",
    "  up 1 -> 3",
    "    3 sid urgency medium",
    "      * Tab:        x.",
    "    older entries were not recorded",
    "",
    "Changelogs that were not recorded (1)",
    "  z: no changelog of version 2 was recorded",
  ]);
  const markdown = changelogMarkdown(compare(a, b)).split("\n");
  expect(markdown.slice(markdown.indexOf("## Changelogs"))).toEqual([
    "## Changelogs",
    "",
    "### `down` `2` -> `1`: these uploads are gone",
    "",
    "`2` `unstable` urgency `medium`",
    "",
    "```",
    "  * Change of 2.",
    "```",
    "",
    "### `up` `1` -> `3`",
    "",
    "`3` `sid` urgency `medium`",
    "",
    "```",
    "  * Tab:        x.",
    "```",
    "",
    "Older entries were not recorded.",
    "",
    "## Changelogs that were not recorded (1)",
    "",
    "- `z`: no changelog of version 2 was recorded",
    "",
  ]);
});

it("CVE numbers beyond a few are counted beside the package, and there is colour only if it is asked for", () => {
  const cves = Array.from({ length: 12 }, (_, i) => `CVE-2026-${1000 + i}`);
  const changelogs = [changelog("a", [["2", "bookworm-security", `  * ${cves.join(" ")}`], "1"])];
  const comparison = compare(side([binary("a", "1")]), side([binary("a", "2")], { changelogs }));
  const coloured = changelogText(comparison, colour);
  expect(coloured).toContain("\u001b[31mSECURITY\u001b[0m  CVE-2026-1000  ");
  const uncoloured = changelogText(comparison, plain);
  expect(uncoloured).toContain("CVE-2026-1007  and 4 more CVEs\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(uncoloured);
});
