import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { ExperimentError } from "./run-experiment.ts";

const isotrace = fileURLToPath(new URL("../isotrace", import.meta.url));

/** Who is to blame for a path that differs, and by what it differs, as `isotrace diff` tells. */
export interface Difference {
  readonly path: string;
  readonly source: string;
  readonly culprit: string;
}

/** What differs between two builds: causes, each path once; effects, which follow from them, are left out. @throws ExperimentError */
export async function compareBuilds(a: string, b: string): Promise<Difference[]> {
  const { exitCode, stdout, stderr } = await execa(isotrace, ["diff", a, b, "--format", "json"], {
    reject: false,
    maxBuffer: 256 << 20,
  });
  if (exitCode !== 0 && exitCode !== 1)
    throw new ExperimentError(`reproduce: ${a} and ${b} could not be compared: ${stderr.trim()}`);
  const { causes } = JSON.parse(stdout) as {
    causes: { source: string; culprit: { kind: string; name: unknown } | null; paths: unknown[] }[];
  };
  const found = new Map<string, Difference>();
  for (const { source, culprit, paths } of causes) {
    for (const each of paths) {
      // A path that is not UTF-8 is given as its bytes: here it is only a name.
      const path = typeof each === "string" ? each : JSON.stringify(each);
      if (!found.has(path)) found.set(path, { path, source, culprit: named(culprit) });
    }
  }
  return [...found.values()];
}

function named(culprit: { kind: string; name: unknown } | null): string {
  if (culprit === null) return "unknown";
  return `${culprit.kind} ${typeof culprit.name === "string" ? culprit.name : JSON.stringify(culprit.name)}`;
}
