import { shown } from "../../model/bytes.ts";
import { confidences, sources } from "../source.ts";
import type { FindingsFormat } from "./format.ts";
import { culpritText, pathText, printable, whereText } from "./phrases.ts";
import type { FindingsReport, Listed } from "./report.ts";
import { type Element, printXml } from "./xml.ts";

/**
 * JUnit's XML as Jenkins reads it: a suite for each source, a case for each finding. A source without findings has one
 * case that passes, so that there is always something to read. A finding that the baseline accepts, or that is below the
 * level to fail at, is skipped. Nothing in it is of this build alone.
 */
export const junit: FindingsFormat = {
  name: "junit",
  print: (report) => printXml(root(report)),
};

function root(report: FindingsReport): Element {
  const suites = sources.map((source) =>
    suite(
      source,
      report.listed.filter(({ finding }) => finding.source === source),
    ),
  );
  const recording = suiteOf("recording", [completeness(report)]);
  return element("testsuites", { name: "isotrace findings" }, [recording, ...suites]);
}

function suite(source: string, listed: readonly Listed[]): Element {
  const cases =
    listed.length === 0
      ? [element("testcase", { name: "no finding", classname: `isotrace.${source}` }, [])]
      : cased(source, listed);
  return suiteOf(source, cases);
}

function suiteOf(name: string, cases: readonly Element[]): Element {
  const count = (outcome: string) =>
    cases.filter(({ content }) => typeof content !== "string" && content.some(({ name }) => name === outcome))
      .length;
  return element(
    "testsuite",
    {
      name,
      tests: cases.length,
      failures: count("failure"),
      errors: count("error"),
      skipped: count("skipped"),
    },
    cases,
  );
}

/** An incomplete recording is an error of the check itself: what is missing from it has no finding. */
function completeness({ complete, causes }: FindingsReport): Element {
  const message = `INCOMPLETE recording: ${causes.join("; ")}`;
  const error = element("error", { type: "incomplete", message }, causes.join("\n"));
  return element("testcase", { name: "complete", classname: "isotrace.recording" }, complete ? [] : [error]);
}

/** Jenkins knows a case by its suite, class and name: two findings of one culprit at one path get a number. */
function cased(source: string, listed: readonly Listed[]): Element[] {
  const seen = new Map<string, number>();
  return listed.map((each) => {
    const { finding } = each;
    const name = `${pathText(finding.path)}: ${culpritText(finding.culprits[0])}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const unique = count === 1 ? name : `${name} (${count})`;
    return element("testcase", { name: unique, classname: `isotrace.${source}` }, [outcome(each)]);
  });
}

function outcome({ finding, isAccepted, isFailing }: Listed): Element {
  const { confidence, reasons } = finding;
  if (isAccepted) return element("skipped", { message: "accepted by the baseline" }, "");
  if (!isFailing)
    return element("skipped", { message: `${confidence} confidence: below the level to fail at` }, "");
  return element("failure", { type: confidence, message: reasons.join("; ") }, detail(finding));
}

function detail(finding: Listed["finding"]): string {
  const { path, source, confidence, reasons, evidence, places, culprits, story, remedy, fingerprint } =
    finding;
  const where = evidence.map(whereText).filter((text) => text !== "");
  const facts: [string, string][] = [
    ["path", pathText(path)],
    ["source", source],
    ["confidence", `${confidence} of ${confidences.join(", ")}`],
    ...reasons.map((reason): [string, string] => ["because", printable(reason)]),
    ...where.map((text): [string, string] => ["at", text]),
    ...(places > evidence.length
      ? [["at", `${places - evidence.length} more places`] as [string, string]]
      : []),
    ...culprits.map((culprit): [string, string] => ["culprit", culpritText(culprit)]),
    ...(story?.maintainerScript === undefined
      ? []
      : [["script", shown(story.maintainerScript.label)] as [string, string]]),
    ["fix", remedy],
    ["fingerprint", fingerprint],
  ];
  return facts.map(([label, value]) => `${label}: ${value}`).join("\n");
}

function element(name: string, attributes: Element["attributes"], content: Element["content"]): Element {
  return { name, attributes, content };
}
