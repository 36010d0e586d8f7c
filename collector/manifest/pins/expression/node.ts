/** A regular expression of POSIX, taken apart. */
export type Node =
  | { readonly kind: "set"; readonly has: (code: number) => boolean }
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "choice"; readonly nodes: readonly Node[] }
  | { readonly kind: "repeat"; readonly node: Node; readonly least: number; readonly most: number };

/** A pattern that is none, or has what is not understood here. */
export class NotAPattern extends Error {
  override readonly name = "NotAPattern";
}

export const anyCharacter: Node = { kind: "set", has: () => true };

/** One character, either case. */
export function character(text: string): Node {
  const [lower, upper] = [text.toLowerCase().charCodeAt(0), text.toUpperCase().charCodeAt(0)];
  return { kind: "set", has: (code) => code === lower || code === upper };
}
