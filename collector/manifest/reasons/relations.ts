/** One of the packages that would do, by name or by what it provides. */
export interface Alternative {
  readonly name: string;
  /** `any`, `native` or an architecture; empty if not given. */
  readonly architecture: string;
}

/** More than any package has: what is read comes from a recording. */
const most = 5000;

/**
 * A field of relations, as deb-control(5) has it (`a (>= 1) | b:any, c [amd64]`): each of its members with the
 * packages that satisfy it. Versions are left out: apt has chosen already.
 */
export function relationsOf(field: string): Alternative[][] {
  return field
    .split(",", most)
    .map((member) => member.split("|").flatMap(alternativeOf))
    .filter((alternatives) => alternatives.length > 0);
}

function alternativeOf(text: string): Alternative[] {
  const found = /^\s*([A-Za-z0-9][\w.+-]*)(?::([a-z0-9-]+))?/.exec(text);
  return found === null ? [] : [{ name: found[1]!, architecture: found[2] ?? "" }];
}
