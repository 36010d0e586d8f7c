import type { DatabaseSync } from "node:sqlite";
import type { WhyJson } from "../../why/json.ts";
import type {
  BuildQuery,
  FileQuery,
  FindingQuery,
  IndexedBuild,
  IndexedFile,
  IndexedFinding,
  IndexedPackage,
  LiveChange,
  Outline,
  PackageQuery,
  Page,
  Part,
} from "../index-store.ts";
import { buildOf } from "./build-row.ts";
import { searchBuilds } from "./build-search.ts";
import { cursorOf, partsOf } from "./cursor.ts";
import { Files } from "./files.ts";
import { unshelve } from "./shelves.ts";
import { Statements } from "./statements.ts";
import { clearBuild, numberOf, rowOf, writeBuild, writeLive, writePart } from "./write.ts";

/** The index in SQLite. Everything is done at once when it is called; so it lives in a thread of its own. */
export class SqliteIndex {
  readonly #statements: Statements;
  readonly #files: Files;

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database);
    this.#files = new Files(database);
  }

  note(changes: readonly LiveChange[]): void {
    this.#statements.together(() => {
      for (const change of changes) writeLive(this.#statements, change);
    });
  }

  put(key: string, part: Part): void {
    this.#statements.together(() => writePart(this.#statements, key, part));
    if (part.kind === "head") this.#files.forget();
  }

  fail(key: string, problem: string): void {
    const row = rowOf(this.#statements, key);
    if (row !== undefined) writeBuild(this.#statements, { ...buildOf(row), state: "failed", problem });
  }

  remove(key: string): void {
    const row = rowOf(this.#statements, key);
    if (row === undefined) return;
    this.#statements.together(() => {
      clearBuild(this.#statements, row.number);
      this.#statements.run("DELETE FROM builds WHERE number = ?", row.number);
    });
    this.#files.forget();
  }

  outlines(): Outline[] {
    return this.#statements.all<Outline>("SELECT key, name, state, version FROM builds");
  }

  builds(query: BuildQuery): Page<IndexedBuild> {
    return searchBuilds(this.#statements.database, query);
  }

  build(key: string): IndexedBuild | undefined {
    const row = rowOf(this.#statements, key);
    return row === undefined ? undefined : buildOf(row);
  }

  packages(key: string, { limit, after, name }: PackageQuery): Page<IndexedPackage> {
    const like: [string, string, string, string] = ["", "", "", ""];
    const rows = this.#statements.all<PackageRow>(
      `SELECT * FROM packages WHERE build = ? AND (? = '' OR name = ?) AND (name, version, architecture, place) > (?, ?, ?, ?)
       ORDER BY name, version, architecture, place LIMIT ?`,
      ...[numberOf(this.#statements, key), name, name],
      ...(after === "" ? like : partsOf(after, like)),
      limit + 1,
    );
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(packageOf),
      next: last === undefined ? null : cursorOf(last.name, last.version, last.architecture, last.place),
    };
  }

  files(key: string, query: FileQuery): Page<IndexedFile> {
    return this.#files.list(numberOf(this.#statements, key), query);
  }

  findings(key: string, { limit, after, source, confidence }: FindingQuery): Page<IndexedFinding> {
    const [from] = after === "" ? [-1] : partsOf(after, [0] as [number]);
    const rows = this.#statements.all<{ number: number; facts: string }>(
      `SELECT number, facts FROM findings
       WHERE build = ? AND number > ? AND (? = '' OR source = ?) AND (? = '' OR confidence = ?) ORDER BY number LIMIT ?`,
      ...[numberOf(this.#statements, key), from, source, source, confidence, confidence, limit + 1],
    );
    const items = rows.slice(0, limit).map(({ facts }) => JSON.parse(facts) as IndexedFinding);
    return { items, next: rows.length > limit ? cursorOf(rows[limit - 1]!.number) : null };
  }

  why(key: string, path: string): WhyJson | "cut" | undefined {
    const row = rowOf(this.#statements, key);
    return row === undefined ? undefined : this.#files.why(row.number, buildOf(row), path);
  }

  document(key: string, name: string): string | undefined {
    const sql = "SELECT shelf FROM documents WHERE build = ? AND name = ?";
    const row = this.#statements.get<{ shelf: Uint8Array }>(sql, numberOf(this.#statements, key), name);
    return row === undefined ? undefined : unshelve<string>(row.shelf);
  }

  close(): void {
    this.#statements.database.close();
  }
}

interface PackageRow {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly place: string;
  readonly facts: string;
}

function packageOf({ name, version, architecture, place, facts }: PackageRow): IndexedPackage {
  return { name, version, architecture, where: place, ...(JSON.parse(facts) as PackageFacts) };
}

type PackageFacts = Omit<IndexedPackage, "name" | "version" | "architecture" | "where">;
