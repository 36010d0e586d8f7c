import type { Build } from "../model/build.ts";
import type { Report } from "./report.ts";

const newline = 0x0a;

/** What the build printed, as it printed it, with the time at which each line began: seconds since the build began. */
export const buildLog: Report = {
  name: "build.log",
  print: ({ build }) => lines(build),
};

function* lines(build: Build): Generator<Uint8Array> {
  let isLineStart = true;
  for (const { time, data } of build.output) {
    for (let from = 0; from < data.length; ) {
      const found = data.indexOf(newline, from);
      const to = found < 0 ? data.length : found + 1;
      if (isLineStart) yield Buffer.from(`[${stamp(time - build.begin)}] `);
      yield data.subarray(from, to);
      isLineStart = found >= 0;
      from = to;
    }
  }
  if (!isLineStart) yield Buffer.from("\n");
}

function stamp(microseconds: number): string {
  return (microseconds / 1e6).toFixed(3).padStart(9);
}
