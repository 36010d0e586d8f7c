import type { Culprit } from "./finding.ts";
import { byCommand } from "./remedies/commands.ts";
import { knownFiles } from "./remedies/files.ts";
import { byFormat } from "./remedies/formats.ts";
import { general } from "./remedies/general.ts";
import type { Known } from "./remedies/known.ts";
import { liveBuildHooks } from "./remedies/live-build.ts";
import { forInput, type InputKind } from "./remedies/network.ts";
import type { Source } from "./source.ts";

/** What else is known of what a remedy is looked up for. */
export interface About {
  /** The newest writer's program. */
  readonly program?: string;
  /** Of a network input. */
  readonly input?: InputKind;
}

/** From the most special to the most general: the first that fits is the remedy. */
const known: readonly Known[] = [...liveBuildHooks, ...knownFiles, ...byCommand, ...byFormat];

/** One sentence that says what to do: a known fix for the file, its culprit, its writer or its format, or the usual one. */
export function remedyFor(
  source: Source,
  path: string,
  culprit: Culprit | undefined,
  { program = "", input }: About = {},
): string {
  if (input !== undefined) return forInput(path, input);
  const by = culprit === undefined ? "" : `${culprit.kind} ${culprit.name}`;
  const found = known.find(
    (each) =>
      (each.path?.test(path) ?? true) &&
      (each.sources?.includes(source) ?? true) &&
      (each.culprit?.test(by) ?? true) &&
      (each.program?.test(program) ?? true),
  );
  return found?.remedy ?? general[source];
}
