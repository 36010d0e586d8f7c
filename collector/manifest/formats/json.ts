import { networkInputsJson } from "../../nondeterminism/network/json.ts";
import { manifestFileJson, manifestJson } from "../json.ts";
import type { PackageFormat } from "./format.ts";

/** Everything that is known, as `ManifestJson` documents it. */
export const json: PackageFormat = {
  of: "packages",
  name: "json",
  file: "manifest.json",
  print: ({ tails, material }) => {
    const document =
      material === undefined
        ? manifestFileJson(tails)
        : manifestJson(material.build, material.packages, material.archives, networkInputsJson(material));
    return [`${JSON.stringify(document, null, 2)}\n`];
  },
};
