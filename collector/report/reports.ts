import { Configured } from "../manifest/configured.ts";
import { recordedExtraPackages } from "../manifest/formats/extra-packages.ts";
import type { ManifestFormat } from "../manifest/formats/format.ts";
import { manifestFormats } from "../manifest/formats/formats.ts";
import { manifestOfBuild } from "../manifest/formats/from-build.ts";
import { subjects } from "../manifest/formats/statement.ts";
import { printTriplets, tripletLists } from "../manifest/triplets.ts";
import { buildLog } from "./build-log.ts";
import { findingsReports } from "./findings.ts";
import type { Report } from "./report.ts";
import { summary } from "./summary.ts";

/** Every report, in the order in which they are written. */
export const reports: readonly Report[] = [
  ...manifestFormats.flatMap(manifestReport),
  ...tripletLists.map((list) => ({
    name: `triplets/${list}`,
    print: ({ packages }: Parameters<Report["print"]>[0]) => [printTriplets(packages, list)],
  })),
  ...findingsReports,
  buildLog,
  summary,
];

function manifestReport(format: ManifestFormat): Report[] {
  switch (format.of) {
    case "packages": {
      const { file, print } = format;
      if (file === undefined) return [];
      return [
        {
          name: file,
          print: (material) =>
            print(manifestOfBuild(material, recordedExtraPackages(new Configured(material.build)))),
        },
      ];
    }
    case "statement":
      // Without an image there is nothing that it could be said of.
      return [
        {
          name: format.file,
          applies: (material) => subjects(material).length > 0,
          print: format.print,
        },
      ];
    default:
      return format satisfies never;
  }
}
