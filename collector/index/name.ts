import type { Label } from "../../proto/uplink.ts";
import { jsonText } from "../model/bytes.ts";
import { basename } from "../story/names.ts";

/**
 * What builds of one image have in common: the label `name`, or else the last name of the build directory.
 * @param directory a byte string.
 */
export function nameOf(labels: readonly Label[], directory: string): string {
  const given = labels.find(({ name }) => name === "name")?.value ?? "";
  if (given !== "") return given;
  const name = jsonText(basename(directory));
  return typeof name === "string" ? name : `bytes:${name.bytes}`;
}
