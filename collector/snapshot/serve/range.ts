/** Which bytes of a file a request wants: first and last, inclusive. */
export type Range =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly first: number; readonly last: number }
  | { readonly kind: "unsatisfiable" };

const whole: Range = { kind: "whole" };

/** `Range: bytes=...` (RFC 9110, 14.2) of one range; what is not understood, or several, is answered with the whole. */
export function parseRange(header: string | undefined, size: number): Range {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return whole;
  if (from === "") {
    if (Number(to) === 0 || size === 0) return { kind: "unsatisfiable" };
    return { kind: "part", first: Math.max(0, size - Number(to)), last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return whole;
  return first >= size ? { kind: "unsatisfiable" } : { kind: "part", first, last };
}
