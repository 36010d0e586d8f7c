import type { DatabaseSync, StatementSync } from "node:sqlite";
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
import { liveBuild } from "../live-build.ts";
import { type BuildRow, buildOf, factsOf } from "./build-row.ts";
import { searchBuilds } from "./build-search.ts";
import { cursorOf, partsOf } from "./cursor.ts";
import { Files } from "./files.ts";
import { indexVersion } from "./schema.ts";
import { shelfLength, shelve, unshelve } from "./shelves.ts";

/** The tables that have rows of builds beside `builds` itself and `image_paths`. */
const tables = ["labels", "packages", "origins", "findings", "documents", "stories", "files"] as const;

/** The index in SQLite. Everything is done at once when it is called; so it lives in a thread of its own. */
export class SqliteIndex {
  readonly #database: DatabaseSync;
  readonly #files: Files;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#files = new Files(database);
  }

  note(changes: readonly LiveChange[]): void {
    this.#together(() => {
      for (const change of changes) this.#note(change);
    });
  }

  put(key: string, part: Part): void {
    this.#together(() => this.#put(key, part));
  }

  fail(key: string, problem: string): void {
    const row = this.#row(key);
    if (row !== undefined) this.#write({ ...buildOf(row), state: "failed", problem });
  }

  remove(key: string): void {
    const row = this.#row(key);
    if (row === undefined) return;
    this.#together(() => {
      this.#clear(row.number);
      this.#run("DELETE FROM builds WHERE number = ?", row.number);
    });
  }

  outlines(): Outline[] {
    const rows = this.#statement("SELECT key, name, state, version FROM builds").all();
    return rows as unknown as Outline[];
  }

  builds(query: BuildQuery): Page<IndexedBuild> {
    return searchBuilds(this.#database, query);
  }

  build(key: string): IndexedBuild | undefined {
    const row = this.#row(key);
    return row === undefined ? undefined : buildOf(row);
  }

  packages(key: string, { limit, after, name }: PackageQuery): Page<IndexedPackage> {
    const like: [string, string, string, string] = ["", "", "", ""];
    const rows = this.#statement(
      `SELECT * FROM packages WHERE build = ? AND (? = '' OR name = ?) AND (name, version, architecture, place) > (?, ?, ?, ?)
       ORDER BY name, version, architecture, place LIMIT ?`,
    ).all(
      this.#number(key),
      name,
      name,
      ...(after === "" ? like : partsOf(after, like)),
      limit + 1,
    ) as unknown as PackageRow[];
    const items = rows.slice(0, limit).map(packageOf);
    const last = rows[limit - 1];
    const isMore = rows.length > limit && last !== undefined;
    return {
      items,
      next: isMore ? cursorOf(last.name, last.version, last.architecture, last.place) : null,
    };
  }

  files(key: string, query: FileQuery): Page<IndexedFile> {
    return this.#files.list(this.#number(key), query);
  }

  findings(key: string, { limit, after, source, confidence }: FindingQuery): Page<IndexedFinding> {
    const [from] = after === "" ? [-1] : partsOf(after, [0] as [number]);
    const rows = this.#statement(
      `SELECT number, facts FROM findings
       WHERE build = ? AND number > ? AND (? = '' OR source = ?) AND (? = '' OR confidence = ?) ORDER BY number LIMIT ?`,
    ).all(this.#number(key), from, source, source, confidence, confidence, limit + 1) as {
      number: number;
      facts: string;
    }[];
    const items = rows.slice(0, limit).map(({ facts }) => JSON.parse(facts) as IndexedFinding);
    return { items, next: rows.length > limit ? cursorOf(rows[limit - 1]!.number) : null };
  }

  why(key: string, path: string): WhyJson | "cut" | undefined {
    const row = this.#row(key);
    return row === undefined ? undefined : this.#files.why(row.number, buildOf(row), path);
  }

  document(key: string, name: string): string | undefined {
    const row = this.#statement("SELECT shelf FROM documents WHERE build = ? AND name = ?").get(
      this.#number(key),
      name,
    );
    return row === undefined ? undefined : unshelve<string>(row.shelf as Uint8Array);
  }

  close(): void {
    this.#database.close();
  }

  #note(change: LiveChange): void {
    const row = this.#row(change.key);
    // What the whole tells stays: a recording that is sent again has nothing new.
    if (row?.state === "ready" || row?.state === "failed") return;
    this.#write(liveBuild(change));
    const number = this.#number(change.key);
    for (const { name, version, architecture, ...rest } of change.newPackages) {
      const facts = { sourceVersion: "", size: 0, sha256: "", stage: null, ...rest };
      this.#run(
        "INSERT OR REPLACE INTO packages VALUES (?, ?, ?, ?, '', ?)",
        number,
        name,
        version,
        architecture,
        JSON.stringify(facts),
      );
    }
  }

  #put(key: string, part: Part): void {
    switch (part.kind) {
      case "head":
        this.#putHead(key, part);
        break;
      case "stories":
        for (let at = 0; at < part.stories.length; at += shelfLength) {
          const shelf = shelve(part.stories.slice(at, at + shelfLength));
          this.#run("INSERT INTO stories VALUES (?, ?, ?)", this.#number(key), part.first + at, shelf);
        }
        break;
      case "files":
        this.#putFiles(this.#number(key), part.files);
        break;
      case "end": {
        this.#run("UPDATE builds SET state = 'ready', version = ? WHERE key = ?", indexVersion, key);
        break;
      }
      default:
        part satisfies never;
    }
  }

  #putHead(key: string, { build, packages, findings, documents }: Extract<Part, { kind: "head" }>): void {
    const known = this.#row(key);
    if (known !== undefined) this.#clear(known.number);
    this.#write({ ...build, key, state: "received", problem: "" });
    const number = this.#number(key);
    for (const { archive, uri, reference } of build.origins)
      this.#run("INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?)", number, archive, uri, reference);
    for (const { name, version, architecture, where, ...facts } of packages) {
      const text = JSON.stringify(facts);
      const sql = "INSERT OR REPLACE INTO packages VALUES (?, ?, ?, ?, ?, ?)";
      this.#run(sql, number, name, version, architecture, where, text);
    }
    for (const [i, each] of findings.entries()) {
      const { source, confidence, fingerprint } = each;
      const text = JSON.stringify(each);
      this.#run(
        "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)",
        number,
        i,
        source,
        confidence,
        fingerprint,
        text,
      );
    }
    for (const { name, text } of documents)
      this.#run("INSERT INTO documents VALUES (?, ?, ?)", number, name, shelve(text));
  }

  #putFiles(number: number, files: Extract<Part, { kind: "files" }>["files"]): void {
    for (let at = 0; at < files.length; at += shelfLength) {
      const shelf = files.slice(at, at + shelfLength);
      this.#run("INSERT INTO files VALUES (?, ?, ?)", number, blob(shelf[0]!.path), shelve(shelf));
    }
    for (const { path, entry } of files) {
      if (entry === null) continue;
      const bytes = blob(path);
      this.#run("INSERT OR IGNORE INTO paths (path) VALUES (?)", bytes);
      this.#run(
        "INSERT OR IGNORE INTO image_paths SELECT number, ? FROM paths WHERE path = ?",
        number,
        bytes,
      );
    }
  }

  /** Writes the row of a build, and its labels. */
  #write(build: IndexedBuild): void {
    const { key, id, name, host, owner, begun, state } = build;
    this.#run(
      `INSERT INTO builds (key, id, name, host, owner, begun, state, version, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET id = excluded.id, name = excluded.name, host = excluded.host, owner = excluded.owner,
       begun = excluded.begun, state = excluded.state, version = excluded.version, facts = excluded.facts`,
      key,
      id,
      name,
      host,
      owner,
      begun,
      state,
      indexVersion,
      factsOf(build),
    );
    const number = this.#number(key);
    for (const label of build.labels)
      this.#run("INSERT OR IGNORE INTO labels VALUES (?, ?, ?)", label.name, label.value, number);
  }

  /** Takes away all that is known of a build but its row. */
  #clear(number: number): void {
    this.#clearPaths(number);
    for (const table of tables) this.#run(`DELETE FROM ${table} WHERE build = ?`, number);
    this.#files.forget();
  }

  /** Its paths are found by its own files: an index by build would double the table. */
  #clearPaths(number: number): void {
    const shelves = this.#statement("SELECT shelf FROM files WHERE build = ?").all(number) as {
      shelf: Uint8Array;
    }[];
    for (const { shelf } of shelves) {
      for (const { path, entry } of unshelve<{ path: string; entry: object | null }[]>(shelf)) {
        if (entry === null) continue;
        const found = this.#statement("SELECT number FROM paths WHERE path = ?").get(blob(path));
        if (found === undefined) continue;
        const at = found.number as number;
        this.#run("DELETE FROM image_paths WHERE path = ? AND build = ?", at, number);
        this.#run(
          "DELETE FROM paths WHERE number = ? AND NOT EXISTS (SELECT 1 FROM image_paths WHERE path = ?)",
          at,
          at,
        );
      }
    }
  }

  #row(key: string): BuildRow | undefined {
    return this.#statement("SELECT * FROM builds WHERE key = ?").get(key) as unknown as BuildRow | undefined;
  }

  /** 0, which no build has, if there is none. */
  #number(key: string): number {
    const row = this.#statement("SELECT number FROM builds WHERE key = ?").get(key);
    return row === undefined ? 0 : (row.number as number);
  }

  #together(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
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

function blob(path: string): Uint8Array {
  return Buffer.from(path, "latin1");
}
