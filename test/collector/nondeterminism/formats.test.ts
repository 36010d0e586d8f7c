import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { execaSync } from "execa";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../collector/nondeterminism/finding.ts";
import { findingsFormats } from "../../../collector/nondeterminism/formats/formats.ts";
import type { FindingsReport } from "../../../collector/nondeterminism/formats/report.ts";
import { reportOf } from "../../../collector/nondeterminism/formats/report.ts";
import { sarifLog } from "../../../collector/nondeterminism/formats/sarif.ts";
import { confidences, sources } from "../../../collector/nondeterminism/source.ts";
import { colour, plain } from "../../../collector/why/text.ts";
import { liveBuild, packed } from "../support/live-build.ts";
import { Scenario } from "../support/scenario.ts";
import { findingOf } from "./finding-of.ts";

const options = { paint: plain, isStable: false, isFull: false };
const hostile = "/a b/\xff\x00\x1b[31m]]>&<\"'{0}%[x](y)\n|`#";

describe("sarif", () => {
  const schema = JSON.parse(
    readFileSync(
      createRequire(import.meta.url)
        .resolve("@microsoft/jest-sarif")
        .replace(/lib\/.*$/, "lib/schemas/sarif-2.1.0-rtm.5.json"),
      "utf8",
    ),
  );
  // ajv knows draft 4 no more; what this schema uses of it means the same in draft 7, but for the names.
  const { $schema: _, id: __, ...draft7 } = schema;
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(draft7);

  test.each([
    ["no finding", []],
    ["one of the build as a whole", [findingOf({ path: "", evidence: [], places: 0, culprits: [] })]],
    [
      "one of each source and confidence",
      sources.flatMap((source) => confidences.map((confidence) => findingOf({ source, confidence }))),
    ],
    [
      "hostile names",
      [
        findingOf({
          path: hostile,
          reasons: [hostile],
          culprits: [{ kind: "command", name: hostile, package: null }],
        }),
      ],
    ],
  ])("is valid by the schema of OASIS: %s", (_, findings) => {
    validate(JSON.parse(printed("sarif", report(findings))));
    expect(validate.errors).toBeNull();
  });

  test("the schema is one that refuses", () => {
    const log = sarifLog(report([findingOf()])) as unknown as {
      runs: { results: Record<string, unknown>[] }[];
    };
    delete log.runs[0]!.results[0]!.message;
    expect(validate(log)).toBe(false);
  });

  test("keeps to what GitHub keeps, the most certain first, and says what it leaves out", () => {
    const low = Array.from({ length: 6_000 }, (_, i) => findingOf({ path: `/f${i}`, confidence: "low" }));
    const place = findingOf().evidence[0]!;
    const many = findingOf({ evidence: Array.from({ length: 150 }, () => place), places: 150 });
    const [run] = sarifLog(report([many, ...low])).runs;
    expect(run!.results).toHaveLength(5_000);
    expect(run!.results[0]!.locations).toHaveLength(100);
    expect(run!.invocations[0]!.toolExecutionNotifications).toEqual([
      { level: "warning", message: { text: expect.stringContaining("1001 findings") } },
    ]);
  });

  test("a path is a relative reference of its bytes, under the same id and fingerprint in every build", () => {
    const [run] = sarifLog(report([findingOf({ path: "/etc/a:b%\xff/ö" })])).runs;
    expect(run!.results[0]).toMatchObject({
      ruleId: "timestamp",
      level: "error",
      partialFingerprints: {
        "isotrace/v1": findingOf().fingerprint,
        primaryLocationLineHash: findingOf().fingerprint,
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "etc/a%3Ab%25%FF/%F6", uriBaseId: "IMAGE" },
            region: { startLine: 3 },
          },
          logicalLocations: [{ name: "0500-a.hook.chroot" }],
        },
      ],
    });
    expect(run!.tool.driver.rules[run!.results[0]!.ruleIndex]!.id).toBe("timestamp");
  });

  test("braces and links in names are no arguments and links of a message", () => {
    const [run] = sarifLog(report([findingOf({ path: "/{0}/[a](b)" })])).runs;
    expect(run!.results[0]!.message.text).toMatch(/^\/\{\{0\}\}\/\\\[a\]\(b\): /);
  });
});

describe("junit", () => {
  const xsd = join(import.meta.dirname, "junit.xsd");

  test("is valid by the schema, with a suite for each source and a case for each finding, also of hostile names", () => {
    const findings = [
      findingOf(),
      findingOf(),
      findingOf({ source: "ordering", path: hostile, reasons: [`${hostile}\ud800\ufffe`] }),
      findingOf({ source: "ordering", path: "\xef\xbf\xbe" }),
    ];
    const xml = printed("junit", report(findings));
    const { all, exitCode } = execaSync("xmllint", ["--noout", "--schema", xsd, "-"], {
      input: xml,
      all: true,
      reject: false,
    });
    expect({ all, exitCode }).toEqual({ all: "- validates", exitCode: 0 });
    const names = (path: string) => execaSync("xmllint", ["--xpath", path, "-"], { input: xml }).stdout;
    expect(names("count(/testsuites/testsuite)")).toBe(String(sources.length + 1));
    expect(names("string(//testsuite[@name='timestamp']/@failures)")).toBe("2");
    expect(names("string(//testsuite[@name='timestamp']/testcase[2]/@name)")).toBe(
      "/etc/made: hook 0500-a.hook.chroot (2)",
    );
    expect(names("string(//testsuite[@name='ordering']/testcase[1]/@name)")).toContain(
      "]]>&<\"'{0}%[x](y)\\x0a|`#",
    );
    expect(names("string(//testsuite[@name='cpu']/testcase/@name)")).toBe("no finding");
  });

  test("whatever a name holds", () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => Buffer.from(bytes).toString("latin1"));
    const findings = fc.sample(name, 300).map((path) => findingOf({ path: `/${path}` }));
    const reasons = fc
      .sample(fc.string({ unit: "binary" }), 300)
      .map((reason) => findingOf({ reasons: [reason] }));
    const input = printed("junit", report([...findings, ...reasons]));
    const { stderr } = execaSync("xmllint", ["--noout", "--schema", xsd, "-"], { input, reject: false });
    expect(stderr).toBe("- validates");
  });

  test("what is accepted, or below the level to fail at, is skipped; an incomplete recording is an error", () => {
    const findings = [findingOf(), findingOf({ confidence: "low", fingerprint: "f".repeat(32) })];
    const baseline = {
      accepted: [
        { fingerprint: findings[0]!.fingerprint, source: "timestamp" as const, path: "", culprit: null },
      ],
    };
    const build = built();
    const accepted = printed("junit", reportOf(build, { findings, unexamined: [] }, baseline));
    expect(accepted).toContain('<skipped message="accepted by the baseline"/>');
    expect(accepted).toContain('failures="1" errors="0" skipped="1"');
    const high = printed("junit", reportOf(build, { findings, unexamined: [] }, undefined, "high"));
    expect(high).toContain('<skipped message="low confidence: below the level to fail at"/>');
    const cut = printed("junit", { ...report([]), complete: false, causes: ["loss: 3"] });
    expect(cut).toContain('<error type="incomplete" message="INCOMPLETE recording: loss: 3">loss: 3</error>');
  });
});

describe("text", () => {
  const many = Array.from({ length: 500 }, (_, i) =>
    findingOf({
      path: `/f${i}`,
      confidence: i < 5 ? "high" : "low",
      culprits: [{ kind: "hook", name: `hook-${i % 100}`, package: null }],
    }),
  );

  test("is a screen, the culprits with the most certain findings first, and counts what it leaves out", () => {
    const lines = printed("text", report(many)).split("\n");
    expect(lines.length).toBeLessThanOrEqual(44);
    expect(lines[0]).toBe("500 findings of build test-build: 5 high, 495 low, because of 100 culprits");
    expect(lines.filter((line) => line.startsWith("hook ")).slice(0, 5)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `hook hook-${i}`),
    );
    expect(lines).toContain("  high    timestamp        /f0  line 3: 2023-11-14T22:13:21Z, decimal seconds");
    expect(lines.at(-2)).toMatch(/^and \d+ more by 9\d others \(\d+ low\): see --all or --format json$/);
    const all = findingsFormats[0]!.print(report(many), { ...options, isFull: true });
    expect(all.match(/^ {2}(high|low)/gm)).toHaveLength(500);
  });

  test("says at its top what is missing, and never lets a name command the terminal", () => {
    const text = printed("text", {
      ...report([findingOf({ path: hostile })]),
      complete: false,
      causes: ["gap: \u001b[2J"],
    });
    expect(text).toMatch(/^INCOMPLETE recording:\n {2}gap: \\x1b\[2J\n/);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("has colour only where it is asked for", () => {
    const of = report([findingOf()]);
    expect(findingsFormats[0]!.print(of, { ...options, paint: colour })).toContain("\u001b[1m");
    expect(printed("text", of)).not.toContain("\u001b");
  });
});

describe("markdown", () => {
  test("keeps its tables, whatever a name holds", () => {
    const text = printed("markdown", report([findingOf({ path: hostile })]));
    const rows = text.split("\n").filter((line) => line.startsWith("| high"));
    expect(rows).toHaveLength(1);
    expect(rows[0]!.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(printed("markdown", { ...report([]), complete: false, causes: ["loss: 3"] })).toMatch(
      /^# INCOMPLETE: 0 /,
    );
  });

  test("stays below the length of a comment", () => {
    const many = Array.from({ length: 3_000 }, (_, i) => findingOf({ path: `/f${i}` }));
    const text = printed("markdown", report(many));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("And 2900 more");
  });
});

test("json has what the command line promises, and bytes that are no UTF-8 as base64", () => {
  const place = {
    within: ["data.tar", "./\xff"],
    offset: 42,
    line: undefined,
    bytes: "\x00\xff",
    meaning: "random",
  };
  const finding = findingOf({
    path: "/\xff",
    evidence: [place],
    culprits: [{ kind: "package", name: "p", package: { name: "p", version: "1:2", architecture: "all" } }],
  });
  expect(JSON.parse(printed("json", report([finding])))).toMatchObject({
    version: 1,
    build: "test-build",
    complete: true,
    causes: [],
    findings: [
      {
        path: { bytes: "L/8=" },
        source: "timestamp",
        confidence: "high",
        culprit: { kind: "package", name: "p", version: "1:2" },
        evidence: [
          {
            within: ["data.tar", { bytes: "Li//" }],
            offset: 42,
            line: null,
            bytes: { bytes: "AP8=" },
            meaning: "random",
          },
        ],
        fingerprint: finding.fingerprint,
        accepted: null,
      },
    ],
  });
});

describe("two builds of one image", () => {
  const of = (meaning: string) => [
    findingOf({ evidence: [{ ...findingOf().evidence[0]!, bytes: meaning.slice(0, 10), meaning }] }),
  ];
  const first = () => reportOf(built("a-build"), { findings: of("2023-11-14T22:13:21Z"), unexamined: [] });
  const second = () => reportOf(built("b-build"), { findings: of("2024-11-14T22:13:21Z"), unexamined: [] });

  test.each(findingsFormats.map(({ name }) => name))("give the same %s, with --stable", (name) => {
    const format = findingsFormats.find((each) => each.name === name)!;
    const stable = { ...options, isStable: true };
    expect(format.print(first(), stable)).toBe(format.print(second(), stable));
  });

  test.each(["sarif", "junit"])("give the same %s in any case", (name) => {
    expect(printed(name, first())).toBe(printed(name, second()));
  });
});

function printed(name: string, of: FindingsReport): string {
  return findingsFormats.find((each) => each.name === name)!.print(of, options);
}

function report(findings: readonly Finding[]): FindingsReport {
  return reportOf(built(), { findings, unexamined: [] });
}

function built(build = "test-build") {
  const b = liveBuild(new Scenario({ build }));
  packed(b, {});
  return b.s.read();
}
