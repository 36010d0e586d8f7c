import type { Budget } from "../../nondeterminism/containers/budget.ts";
import type { Member } from "../../nondeterminism/containers/container.ts";
import { containerOf, openContainer } from "../../nondeterminism/containers/containers.ts";
import type { Content } from "./contents.ts";
import { isPermutation } from "./order.ts";
import { lone, otherOrder, type Reading } from "./reading.ts";

/** In what the members of two containers differ. */
export interface MemberDifference {
  readonly readings: Reading[];
  /** What it means that only the container itself differs. @param plain what a comparison of its bytes says */
  ofHead(plain: Reading[]): Reading[];
}

/** What may still be taken out of the containers of two files. */
export interface FileBudgets {
  readonly a: Budget;
  readonly b: Budget;
}

type Compare = (a: Content, b: Content, name: string) => Reading[];

/** In which members two containers of one kind differ; undefined if they are none, or cannot be opened. */
export function compareMembers(
  a: Content,
  b: Content,
  within: readonly string[],
  budgets: FileBudgets,
  compare: Compare,
): MemberDifference | undefined {
  const kind = containerOf(a.data);
  if (kind === undefined || !kind.matches(b.data)) return undefined;
  const [inA, inB] = [membersOf(a, budgets.a), membersOf(b, budgets.b)];
  if (inA.size === 0 || inB.size === 0) return undefined;
  const readings: Reading[] = [];
  for (const [name, member] of inA) {
    const other = inB.get(name);
    if (other === undefined) readings.push(lone(within, name, "A"));
    else readings.push(...compare(contentOf(member), contentOf(other), member.name));
  }
  for (const name of inB.keys()) if (!inA.has(name)) readings.push(lone(within, name, "B"));
  if (readings.length === 0 && isPermutation([...inA.keys()], [...inB.keys()]))
    readings.push(otherOrder(within));
  const isCut =
    [a, b].some(({ isWhole }) => !isWhole) || [...inA.values(), ...inB.values()].some((each) => each.isCut);
  return { readings, ofHead: (plain) => ofHead(kind.name, within, plain, isCut) };
}

/** By name; several of one name are numbered. */
function membersOf({ data, isWhole }: Content, budget: Budget): Map<string, Member> {
  const members = new Map<string, Member>();
  for (const member of openContainer(data, isWhole, budget)) {
    let name = member.name;
    for (let n = 2; members.has(name) && n < 100; n++) name = `${member.name} (${n})`;
    members.set(name, member);
  }
  return members;
}

function contentOf({ data, isCut }: Member): Content {
  return { data, isWhole: !isCut };
}

const compressors: ReadonlySet<string> = new Set(["gzip", "zstd", "xz", "bzip2", "lz4"]);

/**
 * Of what only compresses, and of file systems, the head has a time; of archives each member has its own. Where not
 * all is known, members that seem to be the same need not be.
 */
function ofHead(kind: string, within: readonly string[], plain: Reading[], isCut: boolean): Reading[] {
  const explained = plain.filter(({ source }) => source !== "unclassified");
  if (compressors.has(kind) && explained.length > 0) return explained;
  if (isCut) return [];
  return [
    {
      source: "archive-metadata",
      confidence: "high",
      reason: `the members of the ${kind} are the same: only its own data about them differs`,
      within,
      a: (explained[0] ?? plain[0])?.a,
      b: (explained[0] ?? plain[0])?.b,
      meaning: explained[0]?.meaning ?? "",
    },
  ];
}
