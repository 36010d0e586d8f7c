import { execa } from "execa";
import { launcher } from "../program.ts";
import { ExperimentError } from "./run-experiment.ts";

/** One aspect of a path that differs, by what, and who is to blame, as `isotrace diff` tells. */
export interface Difference {
  readonly path: string;
  /** content, mode, mtime, ...: each can have a cause of its own. */
  readonly aspect: string;
  readonly source: string;
  readonly culprit: string;
}

/** The part of the diff's JSON that is used. A path that is not UTF-8 is given as its bytes. */
interface DiffJson {
  readonly causes: readonly { readonly paths: readonly unknown[] }[];
  readonly differences: readonly {
    readonly path: unknown;
    readonly aspects: readonly string[];
    readonly explanations: readonly { readonly source: string }[];
    readonly culprits: readonly { readonly kind: string; readonly name: unknown }[];
  }[];
}

/** What differs between two builds: causes; effects, which only follow from them, are left out. @throws ExperimentError */
export async function compareBuilds(a: string, b: string): Promise<Difference[]> {
  const { exitCode, stdout, stderr } = await execa(launcher, ["diff", a, b, "--format", "json"], {
    reject: false,
    maxBuffer: 256 << 20,
  });
  if (exitCode !== 0 && exitCode !== 1)
    throw new ExperimentError(`reproduce: ${a} and ${b} could not be compared: ${stderr.trim()}`);
  const { causes, differences } = JSON.parse(stdout) as DiffJson;
  const caused = new Set(causes.flatMap(({ paths }) => paths.map(textOf)));
  return differences
    .filter(({ path }) => caused.has(textOf(path)))
    .flatMap(({ path, aspects, explanations, culprits }) =>
      (aspects.length === 0 ? ["presence"] : aspects).map((aspect) => ({
        path: textOf(path),
        aspect,
        source: metadata[aspect] ?? explanations[0]?.source ?? "unclassified",
        culprit: named(culprits[0]),
      })),
    );
}

/** Of what is no content, the source is not the content's. */
const metadata: Readonly<Record<string, string>> = {
  mode: "umask",
  mtime: "file-metadata",
  owner: "username",
};

/** The same difference in two comparisons. */
export function keyOf({ path, aspect }: Pick<Difference, "path" | "aspect">): string {
  return `${path}\0${aspect}`;
}

function named(culprit: { kind: string; name: unknown } | undefined): string {
  return culprit === undefined ? "unknown" : `${culprit.kind} ${textOf(culprit.name)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
