import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../collector/changelog/compare.ts";
import { compareVersions } from "../../../collector/changelog/compare-versions.ts";
import type { News } from "../../../collector/changelog/news.ts";
import type { Side } from "../../../collector/changelog/side.ts";
import { bare, binary, changelog, side } from "./sides.ts";

const newsOf = (a: Side, b: Side): News => compare(a, b).news;

/** `SOURCE DIRECTION VERSIONS`, for each source package. */
function told(a: Side, b: Side): string[] {
  return newsOf(a, b).sources.map(
    ({ source, direction, entries }) => `${source} ${direction} ${entries.map(({ version }) => version)}`,
  );
}

describe("entries between two versions", () => {
  const b = side([binary("a", "4")], { changelogs: [changelog("a", ["4", "3", "2+b1", "2", "1"])] });

  it("are those above the older, up to and with the newer", () => {
    expect(told(side([binary("a", "2")]), b)).toEqual(["a gained 4,3,2+b1"]);
    expect(told(side([binary("a", "4")]), b)).toEqual([]);
    expect(told(side([]), b)).toEqual([]);
  });

  it("of any changelog and any two versions of it are exactly these", () => {
    const versions = fc.uniqueArray(fc.stringMatching(/^[0-9][0-9a.~+]{0,4}$/), {
      minLength: 2,
      maxLength: 8,
      comparator: (x, y) => compareVersions(x, y) === 0,
    });
    fc.assert(
      fc.property(versions, fc.nat(), (unsorted, at) => {
        const newestFirst = [...unsorted].sort((x, y) => compareVersions(y, x));
        const older = 1 + (at % (newestFirst.length - 1));
        const now = side([binary("a", newestFirst[0]!)], { changelogs: [changelog("a", newestFirst)] });
        expect(told(side([binary("a", newestFirst[older]!)]), now)).toEqual([
          `a gained ${newestFirst.slice(0, older)}`,
        ]);
      }),
    );
  });

  it("that do not reach back to the older version are said to be cut, if the text or its format ends before", () => {
    const now = (facts: { isCut?: boolean }, more = "") => {
      const recorded = changelog("a", ["4", "3"], facts);
      return side([binary("a", "4")], { changelogs: [{ ...recorded, text: recorded.text + more }] });
    };
    const isCut = (b: Side, old: string) => newsOf(side([binary("a", old)]), b).sources[0]?.isCut;
    expect(isCut(now({ isCut: true }), "2")).toBe(true);
    expect(isCut(now({ isCut: true }), "3")).toBe(false);
    expect(isCut(now({}), "2")).toBe(false);
    expect(isCut(now({}, "Old Changelog:\n"), "2")).toBe(true);
  });
});

it("security uploads and CVE numbers are marked, for each entry and for the source package", () => {
  const log = changelog("a", [
    ["3", "unstable", "  * CVE-2026-0003"],
    ["2", "bookworm-security", "  * CVE-2026-0002, CVE-2026-0003"],
    ["1", "bookworm-security", "  * CVE-2026-0001"],
  ]);
  const [news] = newsOf(side([binary("a", "1")]), side([binary("a", "3")], { changelogs: [log] })).sources;
  expect(news).toMatchObject({ isSecurity: true, cves: ["CVE-2026-0002", "CVE-2026-0003"] });
  expect(news?.entries.map(({ version, isSecurity }) => [version, isSecurity])).toEqual([
    ["3", false],
    ["2", true],
  ]);
});

describe("versions are those of the source package", () => {
  const of = (source: string, sourceVersion: string) => ({ source, sourceVersion });

  it("not of the binary packages, one of which stands for all of its source", () => {
    const a = side([binary("x1", "1:1-1", of("s", "1-1")), binary("x2", "9", of("s", "1-1"))]);
    const changelogs = [changelog("s", ["1-3", "1-2", "1-1"], { package: "x2", version: "11" })];
    const b = side([binary("x1", "1:1-3", of("s", "1-3")), binary("x2", "11", of("s", "1-3"))], {
      changelogs,
    });
    expect(told(a, b)).toEqual(["s gained 1-3,1-2"]);
    expect(newsOf(a, b).missing).toEqual([]);
  });

  it("and a package under a new name is no new one, if A had its source: a kernel", () => {
    const a = side([binary("linux-1", "1", of("linux", "1"))]);
    const changelogs = [changelog("linux", ["2", "1"], { package: "linux-2" })];
    expect(told(a, side([binary("linux-2", "2", of("linux", "2"))], { changelogs }))).toEqual([
      "linux gained 2",
    ]);
  });

  it("and those that a file does not have are taken from the build, where they follow from the package's own", () => {
    const changelogs = [
      changelog("s", ["3", "2", "1"], { package: "x" }),
      changelog("t", ["7", "6"], { package: "y", version: "2:7" }),
    ];
    const b = side([binary("x", "3+b2", of("s", "3")), binary("y", "2:7", of("t", "7"))], {
      changelogs: changelogs.map((each) => (each.package === "x" ? { ...each, version: "3+b2" } : each)),
    });
    const a = side([bare("x", "1+b1"), bare("y", "2:6")], { kind: "manifest" });
    expect(told(a, b)).toEqual(["s gained 3,2"]);
    expect(newsOf(a, b).missing).toEqual([{ package: "y", because: "its source's versions are not known" }]);
    expect(compare(a, b).complete).toBe(null);
  });
});

it("a downgrade loses the uploads of A's changelog", () => {
  const changelogs = [changelog("a", ["3", ["2", "bookworm-security", "  * CVE-2026-0002"], "1"])];
  const [a, b] = [side([binary("a", "3")], { changelogs }), side([binary("a", "1")])];
  expect(told(a, b)).toEqual(["a lost 3,2"]);
  expect(newsOf(a, b)).toMatchObject({ notRecorded: [], sources: [{ isSecurity: true }] });
});

it("what another system of the build had is not what the image had", () => {
  const used = { place: "build" as const };
  const changelogs = [changelog("a", ["3", "2", "1"])];
  const a = side([binary("a", "1"), binary("a", "2", used)]);
  expect(told(a, side([binary("a", "3"), binary("a", "3", used)], { changelogs }))).toEqual(["a gained 3,2"]);
});

it("of several versions each goes back to the newest that was there and is older", () => {
  const changelogs = [changelog("a", ["3", "2", "1"]), changelog("a", ["5", "4.5", "4", "3.5", "1"])];
  const b = side([binary("a", "3"), binary("a", "5")], { changelogs });
  expect(told(side([binary("a", "1"), binary("a", "4")]), b)).toEqual(["a gained 5,4.5,3,2"]);
});

it("a recording with thousands of versions of a package is no work without end, and the gap is said", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => binary("a", `${i}`));
  const changelogs = [changelog("a", ["20000", "1"])];
  const news = newsOf(side(many), side([...many, binary("a", "20000")], { changelogs }));
  expect(news.missing).toEqual([{ package: "a", because: "there are too many versions of it" }]);
});

describe("changelogs that were not recorded", () => {
  const a = side([binary("a", "1"), binary("b", "1")]);
  const packages = [binary("a", "2"), binary("b", "2")];

  it("are named once if there is none at all", () => {
    const news = newsOf(a, side(packages));
    expect(news).toEqual({ sources: [], missing: [], notRecorded: ["the recording of B has none"] });
    const bareB = side([bare("a", "2"), bare("b", "2")], { kind: "manifest" });
    expect(newsOf(a, bareB).notRecorded).toEqual(["B is a build-manifest, which has none"]);
  });

  it("are named each if there are others, and not at all if nothing was upgraded", () => {
    const b = side(packages, { changelogs: [changelog("a", ["2", "1"])] });
    expect(newsOf(a, b).missing).toEqual([
      { package: "b", because: "no changelog of version 2 was recorded" },
    ]);
    expect(newsOf(a, a)).toEqual({ sources: [], missing: [], notRecorded: [] });
  });
});
