import type { Origin } from "../../../proto/events.ts";
import type {
  ChangelogFacts,
  Findings,
  LogPosition,
  PackageFacts,
  ReleaseFacts,
} from "../../inside/protocol.ts";
import type { ConfigurationChanges } from "../configuration/look.ts";
import { Soon } from "../configuration/soon.ts";
import { type ConfigurationFacts, ToldConfiguration } from "../configuration/told.ts";
import type { Writer } from "../process/attribution.ts";
import { Asker } from "./asker.ts";
import { Changelogs } from "./changelogs.ts";
import { DpkgRuns } from "./dpkg-runs.ts";
import { Knowledge, keyOf } from "./knowledge.ts";
import { isNothing, nothing, type Pending } from "./pending.ts";
import type { Shared } from "./shared.ts";

/** Downloads and source packages that one look is asked for, and .deb files that dpkg is called with, at the most. */
const mostNames = 20_000;

export interface RootOutput {
  /** @param writer who did it, if that is known. */
  package(facts: PackageFacts, writer: Writer | undefined): void;
  release(facts: ReleaseFacts): void;
  changelog(facts: ChangelogFacts): void;
  configuration(facts: ConfigurationFacts): void;
  loss(detail: string): void;
}

/** The packages of one system: told what was touched, it looks from inside, soon but not at each touch. */
export class RootPackages {
  readonly #asker: Asker;
  readonly #out: RootOutput;
  readonly #shared: Shared;
  readonly #own = new Knowledge();
  #pending = nothing();
  readonly #soon = new Soon(() => this.#look());
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #deburisEnd = 0;
  #log: LogPosition = { inode: 0, offset: 0 };
  /** All that the log has since the last look is this system's: it did not come by copy, nor was it there before. */
  #isLogOurs = false;
  readonly #runs = new DpkgRuns<Writer, PackageFacts>();
  #debs: string[] = [];
  /** Of what was told already, by name, version and architecture: where it stood. */
  readonly #told = new Map<string, readonly Origin[]>();
  /** apt's lists changed since the packages were looked at. */
  #areListsNew = false;
  readonly #toldOnce = new Set<string>();
  #installed: PackageFacts[] = [];
  readonly #configuration: ToldConfiguration;
  readonly #changelogs: Changelogs;

  /** @param open opens the system's root directory; the descriptor is closed here. */
  constructor(open: () => number, shared: Shared, out: RootOutput) {
    this.#asker = new Asker(open, (detail) => out.loss(detail));
    this.#shared = shared;
    this.#changelogs = new Changelogs(this.#asker, shared.changelogs);
    this.#configuration = new ToldConfiguration(shared.configurations);
    this.#out = out;
  }

  deburis(writer: Writer): void {
    this.#pending.deburis = writer;
    this.#soon.touch();
  }

  lists(): void {
    this.#pending.lists = true;
    // Not now: while apt updates, lists that it is about to remove stand beside the new ones.
    this.#areListsNew = true;
    this.#soon.touch();
  }

  /** Something in /etc/apt was touched. */
  configuration(): void {
    this.#pending.configuration = true;
    this.#soon.touch();
  }

  download(name: string, writer: Writer): void {
    this.#addTo(this.#pending.downloads, name, writer);
  }

  /** @param path of a .dsc file, as inside the system. */
  source(path: string, writer: Writer): void {
    this.#addTo(this.#pending.dscs, path, writer);
  }

  status(): void {
    this.#pending.status = true;
    this.#soon.touch();
  }

  /** dpkg made a new log. */
  logBegun(): void {
    this.#isLogOurs = true;
  }

  /** dpkg closed the log, so it has ended. @param debs .deb files that it was called with. */
  logClosed(writer: Writer, debs: string[]): void {
    this.#runs.closed(writer);
    if (this.#debs.length + debs.length <= mostNames) this.#debs.push(...debs);
    this.#pending.log = true;
    this.status();
  }

  /**
   * Something other than dpkg changed, moved or removed the log.
   * @param end of what it has now, which is not of this system's dpkg.
   */
  logReplaced(end: LogPosition): void {
    if (this.#runs.awaited === 0 && !this.#isLooking) {
      this.#isLogOurs = true;
      this.#log = end;
    } else {
      // Something may be lost: the look finds out.
      this.#pending.log = true;
      this.#soon.touch();
    }
  }

  /** The database is removed, and the system with it: tells what is known, as it can never be looked at again. */
  gone(): void {
    for (const facts of this.#installed) if (!this.#told.has(keyOf(facts))) this.#tell(facts, undefined);
    this.#installed = [];
    this.#areListsNew = false;
  }

  /** Takes the last look, and tells what is there that nothing has told of. */
  async settle(): Promise<void> {
    await this.#looking;
    if (this.#areListsNew) this.#pending.status = true;
    while (!isNothing(this.#pending)) {
      this.#look();
      await this.#looking;
    }
    this.#soon.cancel();
    for (const { process, entries } of this.#runs.flush())
      for (const facts of entries) this.#tell(facts, process);
    this.gone();
  }

  async close(): Promise<void> {
    this.#soon.cancel();
    await this.#asker.close();
  }

  #addTo(pending: Map<string, Writer>, name: string, writer: Writer): void {
    if (pending.size < mostNames) pending.set(name, writer);
    else this.#out.loss("more downloads at once than are looked at");
    this.#soon.touch();
  }

  #look(): void {
    this.#soon.cancel();
    if (this.#isLooking) {
      this.#soon.touch();
      return;
    }
    this.#isLooking = true;
    const pending = this.#pending;
    this.#pending = nothing();
    this.#looking = this.#survey(pending).finally(() => {
      this.#isLooking = false;
    });
  }

  async #survey(pending: Pending): Promise<void> {
    const closed = this.#runs.awaited;
    const areListsNew = this.#areListsNew && pending.status;
    if (areListsNew) this.#areListsNew = false;
    // Also where a system came by copy, before anything in its /etc/apt was touched.
    const isConfigured = pending.configuration || pending.lists || pending.log;
    const findings = await this.#asker.ask({
      deburis: pending.deburis === undefined ? undefined : this.#deburisEnd,
      lists: pending.lists || areListsNew,
      status: pending.status,
      log: pending.log
        ? { from: this.#log, last: this.#isLogOurs ? undefined : closed, debs: this.#debs.splice(0) }
        : undefined,
      downloads: [...pending.downloads.keys()],
      dscs: [...pending.dscs.keys()],
      configuration: isConfigured ? this.#configuration.digests : undefined,
    });
    if (findings === undefined) return;
    // Before the packages: it is what they were chosen by.
    if (findings.configuration !== undefined) this.#configured(findings.configuration);
    for (const facts of findings.releases) this.#release(facts);
    if (pending.deburis !== undefined) this.#bootstrapped(findings, pending.deburis);
    tellEach(findings.downloaded, pending.downloads, (facts, writer) => this.#tell(facts, writer));
    tellEach(findings.fetched, pending.dscs, (facts, writer) => this.#tellOnce(facts, writer));
    if (pending.log) this.#logged(findings, closed);
    if (findings.installed !== undefined) {
      this.#installed = findings.installed.map((facts) => this.#completed(facts));
      const present = new Set(findings.lists);
      for (const facts of this.#installed)
        if (this.#standsInMore(facts, present)) this.#tell(facts, undefined);
      for (const facts of await this.#changelogs.read(this.#installed)) this.#out.changelog(facts);
    }
  }

  /**
   * What was told before stands in more lists now: what debootstrap brought, in those of updates. Lists that came in the
   * place of others, as live-build ends with those of the image's own mirrors, are not what it was chosen from.
   * @param present names of the lists that stand there now
   */
  #standsInMore(facts: PackageFacts, present: ReadonlySet<string>): boolean {
    const known = this.#told.get(keyOf(facts));
    if (known === undefined || facts.origins.length <= known.length) return false;
    return known.every(({ list }) => present.has(list));
  }

  #configured(changes: ConfigurationChanges): void {
    for (const facts of this.#configuration.take(changes)) this.#out.configuration(facts);
    for (const detail of changes.losses) this.#out.loss(detail);
  }

  #bootstrapped({ bootstrapped }: Findings, writer: Writer): void {
    if (bootstrapped === undefined) {
      this.#out.loss("deburis was removed before it was read");
      return;
    }
    this.#deburisEnd = bootstrapped.end;
    for (const facts of bootstrapped.packages) this.#tellOnce(facts, writer);
  }

  #logged({ log }: Findings, closed: number): void {
    if (log === undefined) {
      if (closed > 0) this.#out.loss("dpkg.log was removed before what dpkg had logged was read");
      this.#runs.read([], closed);
      this.#log = { inode: 0, offset: 0 };
    } else {
      for (const { process, entries } of this.#runs.read(log.runs, closed))
        for (const facts of entries) this.#tell(facts, process);
      this.#log = log.position;
    }
    this.#isLogOurs = true;
  }

  #release(facts: ReleaseFacts): void {
    const key = `${facts.list} ${facts.sha256} ${facts.signature.length}`;
    if (this.#toldOnce.has(key)) return;
    this.#toldOnce.add(key);
    this.#out.release(facts);
  }

  /** debootstrap can be run twice on one target, and a source package be moved about: neither is two packages. */
  #tellOnce(facts: PackageFacts, writer: Writer): void {
    const key = `${facts.action} ${keyOf(facts)} ${facts.uri}`;
    if (this.#toldOnce.has(key)) return;
    this.#toldOnce.add(key);
    this.#tell(facts, writer);
  }

  #tell(found: PackageFacts, writer: Writer | undefined): void {
    const facts = this.#completed(found);
    // What goes away may be "present" again only if it is told so.
    if (facts.action === "remove" || facts.action === "purge") this.#told.delete(keyOf(facts));
    else if (facts.action !== "source") this.#told.set(keyOf(facts), facts.origins);
    this.#out.package(facts, writer);
  }

  #completed(facts: PackageFacts): PackageFacts {
    const own = this.#own.complete(facts);
    this.#own.remember(own);
    this.#shared.knowledge.remember(own);
    // A package that was installed here need not be the one that another system has. One that was copied is.
    return own.action === "present" ? this.#shared.knowledge.complete(own) : own;
  }
}

function tellEach(
  found: (PackageFacts | undefined)[],
  asked: Map<string, Writer>,
  tell: (facts: PackageFacts, writer: Writer) => void,
): void {
  let i = 0;
  for (const writer of asked.values()) {
    const facts = found[i++];
    if (facts !== undefined) tell(facts, writer);
  }
}
