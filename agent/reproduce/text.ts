import type { Explained, Verdict } from "./reproduce.ts";
import type { Cause } from "./search.ts";
import { variations } from "./variations.ts";

/** Version of the JSON of `isotrace reproduce`: raised when a field changes its meaning or goes. */
export const reproduceVersion = 1;

/** The verdict for a person: one paragraph a cause. */
export function verdictText({ builds, varied, differences }: Verdict): string {
  if (differences.length === 0)
    return `Reproducible: ${builds} builds are the same, with ${varied.join(", ")} varied.\n`;
  const groups = new Map<string, Explained[]>();
  for (const each of differences) {
    const key = causeText(each.cause);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [each]);
    else known.push(each);
  }
  const parts = [...groups].map(([cause, those]) => `${cause}\n${those.map(line).join("\n")}\n`);
  return `Not reproducible: ${differences.length} differences, ${builds} builds.\n\n${parts.join("\n")}`;
}

function line({ path, aspect, source, culprit }: Explained): string {
  return `  ${path}  (${aspect}: ${source}, ${culprit})`;
}

function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "variation": {
      const what = variations.find(({ name }) => name === cause.name)?.what ?? "";
      return `${cause.name}: ${what}`;
    }
    case "none":
      return "nothing varied: time has passed, or it is random";
    case "several":
      return `only with several varied together: ${cause.names.join(", ")}`;
    default:
      return cause satisfies never;
  }
}
