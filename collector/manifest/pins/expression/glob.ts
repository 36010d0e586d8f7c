import { bracket } from "./bracket.ts";
import { anyCharacter, character, type Node } from "./node.ts";

/** Takes a pattern of fnmatch(3) apart, that has to match the whole text; a slash is like any other character. */
export function parseGlob(text: string): Node {
  const nodes: Node[] = [{ kind: "begin" }];
  for (let i = 0; i < text.length; ) {
    const next = text[i]!;
    const set = next === "[" ? bracket(text, i, "glob") : undefined;
    if (set !== undefined) {
      nodes.push(set.node);
      i = set.end;
      continue;
    }
    if (next === "*")
      nodes.push({ kind: "repeat", node: anyCharacter, least: 0, most: Number.POSITIVE_INFINITY });
    else if (next === "?") nodes.push(anyCharacter);
    else if (next === "\\" && i + 1 < text.length) nodes.push(character(text[++i]!));
    else nodes.push(character(next));
    i++;
  }
  nodes.push({ kind: "end" });
  return { kind: "sequence", nodes };
}
