import { parseArgs } from "node:util";

/** The options of the commands that record, and what is left of their words. @throws TypeError for an unknown option */
export function recordingOptions(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: "string" }, needs: { type: "boolean", default: true } },
    allowNegative: true,
  });
}
