import type { Budget } from "./budget.ts";

/** One file in a container. The name is a byte string. */
export interface Member {
  readonly name: string;
  readonly data: Buffer;
  /** `data` is not all of it: it is cut, too large, or the container is. */
  readonly isCut: boolean;
  /** Why it, or what follows it, is not examined; "" if there is nothing to say. Plain text. */
  readonly problem: string;
}

/** A kind of container: compressed files have one member, named as the kind. */
export interface Container {
  readonly name: string;
  /** Whether content begins as such a container does. */
  matches(content: Buffer): boolean;
  /** Its members, within the budget; stops at what cannot be read, and says so in the last. Never throws. */
  open(content: Buffer, budget: Budget): Iterable<Member>;
}

const nothing = Buffer.alloc(0);

/** A member, or the rest of a container, that is not examined. */
export function unexamined(name: string, problem: string): Member {
  return { name, data: nothing, isCut: true, problem };
}

/** What is said when the budget does not allow more. */
export const exhausted =
  "containers hold more than is taken out of them (64 MiB and 20,000 members of one file, 256 MiB of all)";

/** The members of an archive that has them as they are: slices of the content, which cost nothing but to be looked at. */
export function* slices(
  content: Buffer,
  entries: Iterable<{ readonly name: string; readonly data: number; readonly size: number }>,
  budget: Budget,
): Generator<Member> {
  for (const { name, data, size } of entries) {
    if (budget.room === 0) {
      yield unexamined(name, exhausted);
      return;
    }
    if (size === 0) {
      budget.take(0);
      continue;
    }
    const slice = content.subarray(data, data + Math.min(size, budget.room));
    budget.take(slice.length);
    const isCut = slice.length < size;
    yield { name, data: slice, isCut, problem: isCut ? "only its beginning is there" : "" };
  }
}
