import { printTails } from "../tails.ts";
import type { PackageFormat } from "./format.ts";

/** Tails' build-manifest, with the extra packages. */
export const tails: PackageFormat = {
  of: "packages",
  name: "tails",
  file: "build-manifest",
  print: ({ tails }) => [Buffer.from(printTails(tails), "latin1")],
};
