import { execa } from "execa";
import { isotrace } from "../e2e/lib/paths.ts";

/** One path that a command reports, as the benchmark compares it. */
export interface Reported {
  readonly path: string;
  readonly source: string;
  readonly confidence: string;
  /** `hook NAME`, likeliest first. */
  readonly culprits: readonly string[];
}

interface Culprit {
  kind: string;
  name: string;
}

/** What `isotrace findings` tells of files; what it tells of the build as a whole is left out. */
export async function readFindings(build: string): Promise<Reported[]> {
  const { stdout } = await execa(isotrace, ["findings", build, "--format", "json"]);
  const { findings } = JSON.parse(stdout) as {
    findings: {
      path: string;
      source: string;
      confidence: string;
      culprit: Culprit | null;
      culprits: Culprit[];
    }[];
  };
  return findings
    .filter(({ path }) => path !== "")
    .map(({ path, source, confidence, culprits }) => ({
      path,
      source,
      confidence,
      culprits: culprits.map(named),
    }));
}

/** What `isotrace diff` gives as causes: each path once for each cause. */
export async function readDiff(a: string, b: string): Promise<Reported[]> {
  const { stdout } = await execa(isotrace, ["diff", a, b, "--format", "json"], { reject: false });
  const { causes } = JSON.parse(stdout) as {
    causes: { culprit: Culprit | null; culprits?: Culprit[]; source: string; paths: string[] }[];
  };
  return causes.flatMap(({ culprit, culprits, source, paths }) =>
    paths.map((path) => ({
      path,
      source,
      confidence: "high",
      culprits: (culprits ?? (culprit === null ? [] : [culprit])).map(named),
    })),
  );
}

function named({ kind, name }: Culprit): string {
  return `${kind} ${name}`;
}
