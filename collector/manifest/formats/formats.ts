import { buildinfo } from "./buildinfo.ts";
import { cyclonedx } from "./cyclonedx.ts";
import type { ManifestFormat } from "./format.ts";
import { json } from "./json.ts";
import { runtimeTrace } from "./runtime-trace.ts";
import { slsa } from "./slsa.ts";
import { spdx } from "./spdx.ts";
import { tails } from "./tails.ts";
import { text } from "./text.ts";

/** Every form of the manifest, in the order of the help; those with a file are reports. */
export const manifestFormats: readonly ManifestFormat[] = [
  tails,
  json,
  text,
  cyclonedx,
  spdx,
  buildinfo,
  slsa,
  runtimeTrace,
];
