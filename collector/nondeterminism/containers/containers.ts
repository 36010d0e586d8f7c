import { ar } from "./ar.ts";
import { Budget } from "./budget.ts";
import type { Container, Member } from "./container.ts";
import { cpio } from "./cpio.ts";
import { gzip } from "./gzip.ts";
import { bzip2, lz4, xz } from "./programs.ts";
import { tar } from "./tar.ts";
import { zip } from "./zip.ts";
import { zstd } from "./zstd.ts";

export type { Container, Member } from "./container.ts";

/** Every kind that is opened. */
export const containers: readonly Container[] = [gzip, zstd, xz, bzip2, lz4, zip, ar, cpio, tar];

/** The kind of container that content is, if any. */
export function containerOf(content: Buffer): Container | undefined {
  return containers.find((each) => each.matches(content));
}

/**
 * The members of `content`, if it is a container.
 * @param budget what may be taken out of it: shared by containers within each other.
 */
export function* openContainer(content: Buffer, isWhole: boolean, budget = new Budget()): Generator<Member> {
  const container = containerOf(content);
  if (container === undefined) return;
  for (const member of container.open(content, budget)) yield isWhole ? member : { ...member, isCut: true };
}
