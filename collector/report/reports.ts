import { manifestOf } from "../manifest/from-packages.ts";
import { manifestJson } from "../manifest/json.ts";
import { printTails } from "../manifest/tails.ts";
import { printTriplets, tripletLists } from "../manifest/triplets.ts";
import { buildLog } from "./build-log.ts";
import type { Report } from "./report.ts";
import { summary } from "./summary.ts";

/** Every report, in the order in which they are written. */
export const reports: readonly Report[] = [
  {
    name: "build-manifest",
    print: ({ packages, archives }) => [
      Buffer.from(printTails(manifestOf(packages, archives).manifest), "latin1"),
    ],
  },
  {
    name: "manifest.json",
    print: ({ build, packages, archives }) => [
      `${JSON.stringify(manifestJson(build, packages, archives), null, 2)}\n`,
    ],
  },
  ...tripletLists.map((list) => ({
    name: `triplets/${list}`,
    print: ({ packages }: Parameters<Report["print"]>[0]) => [printTriplets(packages, list)],
  })),
  buildLog,
  summary,
];
