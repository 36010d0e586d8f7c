import { parseArgs } from "node:util";
import { uplinkOptions } from "../uplink/options.ts";

/** The options of the commands that record, and what is left of their words. @throws TypeError for an unknown option */
export function recordingOptions(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: "string" },
      needs: { type: "boolean", default: true },
      redact: { type: "string", multiple: true, default: [] as string[] },
      ...uplinkOptions,
    },
    allowNegative: true,
  });
}
