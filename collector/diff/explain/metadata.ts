import type { Context } from "../content/context.ts";
import { type Change, type Explanation, explanation } from "./difference.ts";

/** Because of what everything but the content of an entry differs. */
export function explainMetadata({ aspects, a, b }: Change, context: Context): Explanation {
  const [one, other] = [a.entry, b.entry];
  if (aspects.includes("mode") && one !== undefined && other !== undefined) {
    if (fromUmasks(one.mode, other.mode))
      return explanation("umask", umaskCertainty(context), [
        "the modes are what two umasks leave of one mode",
      ]);
  }
  const what = aspects.map((aspect) => names[aspect] ?? aspect).join(", ");
  const isTime = aspects.every((aspect) => aspect === "mtime" || aspect === "links");
  const reason = isTime ? "only the time of its last change differs" : `only its ${what} differs`;
  return explanation("file-metadata", "high", [reason]);
}

const names: Partial<Record<Change["aspects"][number], string>> = {
  mtime: "time",
  xattrs: "extended attributes",
  links: "hard links",
};

/** What programs ask for when they make files and directories, and what people set (umask(2)). */
const asked = [0o666, 0o777];
const umasks = [0o000, 0o002, 0o007, 0o022, 0o027, 0o037, 0o077];

function fromUmasks(a: number, b: number): boolean {
  const left = (mode: number, base: number) => umasks.some((umask) => (base & ~umask) === (mode & 0o777));
  return (a & ~0o777) === (b & ~0o777) && asked.some((base) => left(a, base) && left(b, base));
}

function umaskCertainty({ a, b }: Context): "high" | "medium" {
  return a.facts.umask !== b.facts.umask ? "high" : "medium";
}
