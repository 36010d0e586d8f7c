import { examine } from "../nondeterminism/find.ts";
import { json } from "../nondeterminism/formats/json.ts";
import { type FindingsReport, reportOf } from "../nondeterminism/formats/report.ts";
import { sarif } from "../nondeterminism/formats/sarif.ts";
import { plain } from "../why/text.ts";
import type { Material, Report } from "./report.ts";

const options = { paint: plain, isStable: false, isFull: true };

/** The findings for programs: with all that is known, and for code scanning. */
export const findingsReports: readonly Report[] = [json, sarif].map((format) => ({
  name: `findings.${format.name}`,
  print: (material) => [format.print(findingsOf(material), options)],
}));

/** Looking through all files takes seconds: once is enough for both. */
const known = new WeakMap<Material, FindingsReport>();

function findingsOf(material: Material): FindingsReport {
  let report = known.get(material);
  if (report === undefined) {
    report = reportOf(material.build, examine(material));
    known.set(material, report);
  }
  return report;
}
