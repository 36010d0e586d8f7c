import type { IndexedBuild, LiveChange, Part } from "../index-store.ts";
import { liveBuild } from "../live-build.ts";
import { type BuildRow, factsOf } from "./build-row.ts";
import { indexVersion } from "./schema.ts";
import { shelfLength, shelve, unshelve } from "./shelves.ts";
import type { Statements } from "./statements.ts";

/** The tables that have rows of builds beside `builds` itself and `image_paths`. */
const tables = ["labels", "packages", "origins", "findings", "documents", "stories", "files"] as const;

/** What a running build tells. What the whole told stays: a recording that is sent again has nothing new. */
export function writeLive(statements: Statements, change: LiveChange): void {
  const state = rowOf(statements, change.key)?.state;
  if (state === "ready" || state === "failed") return;
  const number = writeBuild(statements, liveBuild(change));
  for (const { name, version, architecture, ...rest } of change.newPackages) {
    const facts = JSON.stringify({ sourceVersion: "", size: 0, sha256: "", stage: null, ...rest });
    const sql = "INSERT OR REPLACE INTO packages VALUES (?, ?, ?, ?, '', ?)";
    statements.run(sql, number, name, version, architecture, facts);
  }
}

/** One part of the description of a whole build; the first takes away what was there of it. */
export function writePart(statements: Statements, key: string, part: Part): void {
  switch (part.kind) {
    case "head":
      writeHead(statements, key, part);
      break;
    case "stories":
      for (let at = 0; at < part.stories.length; at += shelfLength) {
        const shelf = shelve(part.stories.slice(at, at + shelfLength));
        statements.run(
          "INSERT INTO stories VALUES (?, ?, ?)",
          numberOf(statements, key),
          part.first + at,
          shelf,
        );
      }
      break;
    case "files":
      writeFiles(statements, numberOf(statements, key), part.files);
      break;
    case "end":
      statements.run("UPDATE builds SET state = 'ready', version = ? WHERE key = ?", indexVersion, key);
      break;
    default:
      part satisfies never;
  }
}

/** Writes the row of a build, and its labels. @returns its number */
export function writeBuild(statements: Statements, build: IndexedBuild): number {
  const { key, id, name, host, owner, begun, state } = build;
  statements.run(
    `INSERT INTO builds (key, id, name, host, owner, begun, state, version, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET id = excluded.id, name = excluded.name, host = excluded.host, owner = excluded.owner,
     begun = excluded.begun, state = excluded.state, version = excluded.version, facts = excluded.facts`,
    ...[key, id, name, host, owner, begun, state, indexVersion, factsOf(build)],
  );
  const number = numberOf(statements, key);
  for (const label of build.labels)
    statements.run("INSERT OR IGNORE INTO labels VALUES (?, ?, ?)", label.name, label.value, number);
  return number;
}

/** Takes away all that is known of a build but its row. */
export function clearBuild(statements: Statements, number: number): void {
  clearPaths(statements, number);
  for (const table of tables) statements.run(`DELETE FROM ${table} WHERE build = ?`, number);
}

export function rowOf(statements: Statements, key: string): BuildRow | undefined {
  return statements.get<BuildRow>("SELECT * FROM builds WHERE key = ?", key);
}

/** 0, which no build has, if there is none. */
export function numberOf(statements: Statements, key: string): number {
  return statements.get<{ number: number }>("SELECT number FROM builds WHERE key = ?", key)?.number ?? 0;
}

export function blob(path: string): Uint8Array {
  return Buffer.from(path, "latin1");
}

function writeHead(
  statements: Statements,
  key: string,
  { build, packages, findings, documents }: Extract<Part, { kind: "head" }>,
): void {
  const known = rowOf(statements, key);
  if (known !== undefined) clearBuild(statements, known.number);
  const number = writeBuild(statements, { ...build, key, state: "received", problem: "" });
  for (const { archive, uri, reference } of build.origins)
    statements.run("INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?)", number, archive, uri, reference);
  for (const { name, version, architecture, where, ...facts } of packages) {
    const sql = "INSERT OR REPLACE INTO packages VALUES (?, ?, ?, ?, ?, ?)";
    statements.run(sql, number, name, version, architecture, where, JSON.stringify(facts));
  }
  for (const [i, each] of findings.entries()) {
    const { source, confidence, fingerprint } = each;
    const sql = "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)";
    statements.run(sql, number, i, source, confidence, fingerprint, JSON.stringify(each));
  }
  for (const { name, text } of documents)
    statements.run("INSERT INTO documents VALUES (?, ?, ?)", number, name, shelve(text));
}

function writeFiles(
  statements: Statements,
  number: number,
  files: Extract<Part, { kind: "files" }>["files"],
): void {
  for (let at = 0; at < files.length; at += shelfLength) {
    const shelf = files.slice(at, at + shelfLength);
    statements.run("INSERT INTO files VALUES (?, ?, ?)", number, blob(shelf[0]!.path), shelve(shelf));
  }
  for (const { path, entry } of files) {
    if (entry === null) continue;
    const bytes = blob(path);
    statements.run("INSERT OR IGNORE INTO paths (path) VALUES (?)", bytes);
    const sql = "INSERT OR IGNORE INTO image_paths SELECT number, ? FROM paths WHERE path = ?";
    statements.run(sql, number, bytes);
  }
}

/** Its paths are found by its own files: an index by build would double the table. */
function clearPaths(statements: Statements, number: number): void {
  for (const { shelf } of statements.all<{ shelf: Uint8Array }>(
    "SELECT shelf FROM files WHERE build = ?",
    number,
  )) {
    for (const { path, entry } of unshelve<{ path: string; entry: object | null }[]>(shelf)) {
      if (entry === null) continue;
      const found = statements.get<{ number: number }>("SELECT number FROM paths WHERE path = ?", blob(path));
      if (found === undefined) continue;
      statements.run("DELETE FROM image_paths WHERE path = ? AND build = ?", found.number, number);
      statements.run(
        "DELETE FROM paths WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM image_paths WHERE path = ?1)",
        found.number,
      );
    }
  }
}
