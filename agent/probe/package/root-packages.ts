import { Inside } from "../../inside/inside.ts";
import type { Findings, LogPosition, PackageFacts, ReleaseFacts, Survey } from "../../inside/protocol.ts";

/** A look is taken when nothing has happened for so long, and not later than so long after the first thing; milliseconds. */
const quiet = 300;
const latest = 2000;

export interface RootOutput {
  package(facts: PackageFacts): void;
  release(facts: ReleaseFacts): void;
  loss(detail: string): void;
}

/** What changed since the last look. */
type Pending = Pick<Survey, "deburis" | "lists" | "status" | "downloads" | "dscs"> & { log: boolean };

/** The packages of one system: told what was touched, it looks from inside, soon but not at each touch. */
export class RootPackages {
  readonly #inside: Inside;
  readonly #out: RootOutput;
  #pending = nothing();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #log: LogPosition = { inode: 0, offset: 0 };
  /** name, version and architecture of what was told already. */
  readonly #told = new Set<string>();
  #installed: PackageFacts[] = [];
  /** The log came by copy at this time (UTC, as it is written in a log): earlier lines are of another system. */
  copiedAt = "";

  constructor(open: () => number, out: RootOutput) {
    this.#inside = new Inside(open);
    this.#out = out;
  }

  /** Something was touched: it will be looked at. */
  touch(change: (pending: Pending) => void): void {
    const now = Date.now();
    if (isNothing(this.#pending)) this.#since = now;
    change(this.#pending);
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(quiet, this.#since + latest - now));
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  /** The log is emptied or removed by something other than dpkg: nothing is lost if all of it had been read. */
  logCut(): void {
    if (!this.#pending.log && !this.#isLooking) this.#log = { inode: 0, offset: 0 };
  }

  /** Takes the last look, and tells what is there that nothing has told of. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#looking;
    if (!isNothing(this.#pending)) this.#look();
    await this.#looking;
    for (const facts of this.#installed) if (!this.#told.has(keyOf(facts))) this.#tell(facts);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#inside.close();
  }

  #look(): void {
    if (this.#isLooking) {
      this.#timer = setTimeout(() => this.#look(), quiet);
      return;
    }
    this.#isLooking = true;
    const pending = this.#pending;
    this.#pending = nothing();
    this.#looking = this.#survey(pending).finally(() => {
      this.#isLooking = false;
    });
  }

  async #survey({ log, ...question }: Pending): Promise<void> {
    let findings: Findings;
    try {
      findings = await this.#inside.survey({ ...question, log: log ? this.#log : undefined });
    } catch (error) {
      // Mostly the chroot was removed before it could be looked at; what was known of it is told at the end.
      this.#out.loss(`packages of a chroot could not be read: ${(error as Error).message}`);
      return;
    }
    if (findings.log !== undefined) this.#log = findings.log;
    if (findings.installed !== undefined) this.#installed = findings.installed;
    for (const facts of findings.releases) this.#out.release(facts);
    for (const facts of findings.packages) if (!this.#isOfAnotherSystem(facts)) this.#tell(facts);
    for (const detail of findings.losses) this.#out.loss(detail);
  }

  #tell(facts: PackageFacts): void {
    // What goes away may be "present" again only if it is told so.
    if (facts.action === "remove" || facts.action === "purge") this.#told.delete(keyOf(facts));
    else this.#told.add(keyOf(facts));
    this.#out.package(facts);
  }

  #isOfAnotherSystem({ evidence, logged }: PackageFacts): boolean {
    return evidence === "dpkg.log" && logged < this.copiedAt;
  }
}

function nothing(): Pending {
  return { deburis: false, lists: false, status: false, log: false, downloads: [], dscs: [] };
}

function isNothing({ deburis, lists, status, log, downloads, dscs }: Pending): boolean {
  return !deburis && !lists && !status && !log && downloads.length === 0 && dscs.length === 0;
}

function keyOf({ name, version, architecture }: PackageFacts): string {
  return `${name} ${version} ${architecture}`;
}
