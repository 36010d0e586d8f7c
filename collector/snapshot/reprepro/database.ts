import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ExecaError, execa } from "execa";
import { syncDirectory } from "../../store/sync-directory.ts";
import { SnapshotError } from "../error.ts";
import { Reprepro, RepreproFailure } from "./program.ts";
import { rebuild } from "./rebuild.ts";

/** What was found wrong with a database, and is mended. */
export type Mended = "nothing" | "restored" | "rebuilt";

/**
 * The databases of a reprepro base directory. Berkeley DB as reprepro uses it has no transactions: one that was killed
 * while it wrote may have left anything. So there is a copy of the last good state beside it (`db.tar`), and a mark
 * (`db.changing`) while it is being changed.
 */
export class Database {
  readonly reprepro: Reprepro;
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
    this.reprepro = new Reprepro(base);
  }

  /** Does something that changes the databases: all of it, or nothing of it. */
  async change<T>(action: (reprepro: Reprepro) => Promise<T>): Promise<T> {
    mkdirSync(this.#base, { recursive: true });
    writeFileSync(this.#mark, "");
    try {
      const result = await action(this.reprepro);
      await this.#keep();
      rmSync(this.#mark);
      return result;
    } catch (error) {
      await this.mend(); // at once, for whoever comes next; if that fails too, the mark tells
      throw error;
    }
  }

  /**
   * Makes the databases good again if they are not as the last command left them: from the copy, else from what is on
   * disk.
   */
  async mend(): Promise<Mended> {
    await this.reprepro.reclaim();
    const isWhole = !existsSync(this.#mark) && (await this.#equalsCopy());
    if (isWhole) return "nothing";
    if (await this.#restore()) {
      rmSync(this.#mark, { force: true });
      return "restored";
    }
    writeFileSync(this.#mark, "");
    rmSync(this.#directory, { recursive: true, force: true });
    const wasAnything = await rebuild(this.reprepro);
    if (existsSync(this.#directory)) await this.#keep();
    rmSync(this.#mark);
    return wasAnything ? "rebuilt" : "nothing";
  }

  get #directory(): string {
    return join(this.#base, "db");
  }

  get #copy(): string {
    return join(this.#base, "db.tar");
  }

  get #mark(): string {
    return join(this.#base, "db.changing");
  }

  async #keep(): Promise<void> {
    const fresh = `${this.#copy}.new`;
    try {
      await execa("tar", [
        "--create",
        "--file",
        fresh,
        "--directory",
        this.#base,
        "--exclude=db/lockfile",
        "db",
      ]);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw this.#withoutRoom(firstLine((error as ExecaError).stderr), error);
    }
    renameSync(fresh, this.#copy);
    syncDirectory(this.#base);
  }

  async #equalsCopy(): Promise<boolean> {
    if (!existsSync(this.#copy))
      return !existsSync(this.#directory) && !existsSync(join(this.#base, "dists"));
    const args = ["--compare", "--file", this.#copy, "--directory", this.#base];
    const { exitCode, all } = await execa("tar", args, { reject: false, all: true, env: { LC_ALL: "C" } });
    // Reading makes times differ, not contents.
    return exitCode === 0 || (exitCode === 1 && !/Contents differ|Size differs|Cannot/.test(all));
  }

  /**
   * @returns whether there was a copy, and reprepro can read it.
   * @throws SnapshotError if it is the disk that is at fault: the copy will do later
   */
  async #restore(): Promise<boolean> {
    if (!existsSync(this.#copy)) return false;
    const archive = ["--file", this.#copy, "--directory", this.#base];
    if ((await execa("tar", ["--list", ...archive], { reject: false })).exitCode !== 0) return false;
    rmSync(this.#directory, { recursive: true, force: true });
    const { exitCode, stderr } = await execa("tar", ["--extract", ...archive], { reject: false });
    if (exitCode !== 0) throw this.#withoutRoom(firstLine(stderr));
    try {
      await this.reprepro.run(["dumpreferences"]);
      await this.reprepro.run(["check"]);
      return true;
    } catch (error) {
      if (!(error instanceof RepreproFailure)) throw error;
      if (error.isOfSpace) throw this.#withoutRoom(error.message);
      return false; // then it is made from what is on disk
    }
  }

  #withoutRoom(said: string, cause?: unknown): SnapshotError {
    const rule = `must have room for its databases and a copy of them (${said})`;
    return new SnapshotError({ subject: this.#base, rule, remedy: "free space and run it again", cause });
  }
}

function firstLine(text: unknown): string {
  return String(text ?? "")
    .trim()
    .split("\n", 1)[0]!;
}
