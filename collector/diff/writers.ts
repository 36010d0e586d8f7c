import type { Presence } from "./compare.ts";
import type { WriterSummary } from "./side/evidence.ts";

/** A writer of a path in both builds, or in one of them. */
export interface AlignedWriter {
  readonly in: Presence;
  /** Of A, if it is in both. */
  readonly writer: WriterSummary;
}

/** The writers of a path in two builds, put together by what they ran: those of A in their order, then those that only B has. */
export function alignWriters(a: readonly WriterSummary[], b: readonly WriterSummary[]): AlignedWriter[] {
  const [one, other] = [distinct(a), distinct(b)];
  const aligned: AlignedWriter[] = [...one].map(([key, writer]) => ({
    in: other.has(key) ? "both" : "A",
    writer,
  }));
  for (const [key, writer] of other) if (!one.has(key)) aligned.push({ in: "B", writer });
  return aligned;
}

function distinct(writers: readonly WriterSummary[]): Map<string, WriterSummary> {
  const found = new Map<string, WriterSummary>();
  for (const writer of writers) {
    const key = `${writer.identity}\0${writer.unknown ?? ""}`;
    if (!found.has(key)) found.set(key, writer);
  }
  return found;
}
