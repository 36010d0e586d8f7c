import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { BuildQuery, IndexedBuild, Page } from "../index-store.ts";
import { type BuildRow, buildOf } from "./build-row.ts";
import { cursorOf, partsOf } from "./cursor.ts";

/** The builds that a query means, newest first. @throws BadCursor */
export function searchBuilds(database: DatabaseSync, query: BuildQuery): Page<IndexedBuild> {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...given: SQLInputValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  for (const column of ["name", "id", "host"] as const) {
    const wanted = query[column];
    if (wanted.includes("*")) add(`${column} GLOB ?`, globOf(wanted));
    else if (wanted !== "") add(`${column} = ?`, wanted);
  }
  for (const column of ["owner", "state"] as const) {
    if (query[column] !== "") add(`${column} = ?`, query[column]);
  }
  for (const { name, value } of query.labels) {
    add("number IN (SELECT build FROM labels WHERE name = ? AND value = ?)", name, value);
  }
  if (query.package !== "" && query.version === "")
    add("number IN (SELECT build FROM packages WHERE name = ?)", query.package);
  if (query.package !== "" && query.version !== "")
    add(
      "number IN (SELECT build FROM packages WHERE name = ? AND version = ?)",
      query.package,
      query.version,
    );
  if (query.path !== "") {
    const path = Buffer.from(query.path, "latin1");
    add(
      "number IN (SELECT build FROM image_paths WHERE path = (SELECT number FROM paths WHERE path = ?))",
      path,
    );
  }
  if (query.finding !== "")
    add("number IN (SELECT build FROM findings WHERE fingerprint = ?)", query.finding);
  if (query.after !== "")
    add("(begun, number) < (?, ?)", ...partsOf(query.after, [0, 0] as [number, number]));
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const found = database
    .prepare(`SELECT * FROM builds ${where} ORDER BY begun DESC, number DESC LIMIT ?`)
    .all(...values, query.limit + 1) as unknown as BuildRow[];
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  const isMore = found.length > rows.length && last !== undefined;
  return { items: rows.map(buildOf), next: isMore ? cursorOf(last.begun, last.number) : null };
}

/** `*` is the only sign of GLOB that is taken (sqlite.org/lang_expr.html#glob). */
function globOf(text: string): string {
  return text.replace(/[[?]/g, "[$&]");
}
