import { parseArgs } from "node:util";
import type { Diff } from "../diff/diff.ts";
import { diffRecordings } from "../diff/recordings.ts";
import { resolveBuild } from "../resolve-build.ts";
import { colour, plain } from "../why/text.ts";
import { formatOf, mayColour } from "./options.ts";
import { UsageError } from "./usage-error.ts";

const formats = ["text", "json", "markdown"] as const;

export const usage = `isotrace diff [--format text|json|markdown] [--diffoscope] A B

What differs between two builds, by cause, most likely first: the image's file system, the binary directory, the
image files and the packages of the image. What only follows from another difference is told apart, as an effect.

  A, B           a build's id, its output directory or a recording
  --format       text (default), json or markdown
  --diffoscope   runs diffoscope on what is left without an explanation, and appends what it says

Exits 0 if they are the same; 1 if they differ; 2 if that cannot be said: a recording cannot be read, or what it has
of an image is incomplete.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: "string", default: "text" }, diffoscope: { type: "boolean", default: false } },
  });
  const format = formatOf("diff", formats, values.format);
  const [a, b] = positionals;
  if (a === undefined || b === undefined || positionals.length > 2)
    throw new UsageError("diff: give two builds, for example: isotrace diff before latest");
  if (values.diffoscope && format === "json")
    throw new UsageError("diff: --diffoscope appends text; take --format text or markdown");
  const [one, other] = [resolveBuild(a, process.cwd()), resolveBuild(b, process.cwd())];
  const diff = await diffRecordings(one, other);
  if (diff.comparison.isNothing) {
    throw new UsageError(
      `diff: nothing to compare: ${diff.comparison.unknown[0] ?? "neither recording has an image"}; give builds that made one`,
    );
  }
  process.stdout.write(await print(diff, format));
  if (values.diffoscope) {
    const { diffoscopeText } = await import("../diff/diffoscope.ts");
    process.stdout.write(await diffoscopeText(diff));
  }
  return { same: 0, differ: 1, unknown: 2 }[diff.verdict];
}

/** The formats are loaded when there is something to print: reading must not wait for them. */
async function print(diff: Diff, format: (typeof formats)[number]): Promise<string> {
  switch (format) {
    case "text":
      return (await import("../diff/print/text.ts")).diffText(diff, mayColour() ? colour : plain);
    case "json": {
      const { diffJson } = await import("../diff/print/json.ts");
      return `${JSON.stringify(diffJson(diff), null, 2)}\n`;
    }
    case "markdown":
      return (await import("../diff/print/markdown.ts")).diffMarkdown(diff);
    default:
      return format satisfies never;
  }
}
