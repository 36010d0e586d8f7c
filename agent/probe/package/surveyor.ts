import { createHash } from "node:crypto";
import type { Findings, LogPosition, PackageFacts, Survey } from "../../inside/protocol.ts";
import { readRegular, Unreadable } from "../../inside/read.ts";
import { AptLists } from "./apt-lists.ts";
import { parseDebName } from "./deb-name.ts";
import { parseStanza } from "./deb822.ts";
import { parseDeburis } from "./deburis.ts";
import { type LogEntry, parseDpkgLog } from "./dpkg-log.ts";
import { type Known, lookUp, lookUpSource } from "./lookup.ts";
import { parseStatus } from "./status.ts";

const mostBytes = 128 << 20;
/** Packages told of one look: more than Debian has, and few enough for the recorder to take at once. */
const mostPackages = 70_000;
const mostDeb = 2 ** 31 - 1;
const archives = "/var/cache/apt/archives";

/** Answers surveys of the packages of one chroot, from inside it. */
export class Surveyor {
  readonly #lists = new AptLists();
  readonly #bootstrapped = new Set<string>();
  #losses: string[] = [];

  survey(survey: Survey): Findings {
    this.#losses = [];
    const releases = survey.lists || this.#lists.isEmpty ? this.#lists.refresh() : [];
    const packages = survey.deburis ? this.#deburis() : [];
    const { entries, log } =
      survey.log === undefined ? { entries: [], log: undefined } : this.#log(survey.log);
    for (const file of survey.downloads) packages.push(...this.#download(file));
    for (const entry of entries) packages.push(this.#logged(entry));
    for (const path of survey.dscs) packages.push(...this.#dsc(path));
    const installed = survey.status ? this.#installed() : undefined;
    this.#bound(packages);
    if (installed !== undefined) this.#bound(installed);
    const losses = [...this.#losses, ...this.#lists.losses.splice(0)];
    return { id: survey.id, packages, releases, installed, log, losses };
  }

  #bound(facts: PackageFacts[]): void {
    if (facts.length <= mostPackages) return;
    this.#losses.push(`${facts.length} packages at once; ${mostPackages} are told of`);
    facts.length = mostPackages;
  }

  #deburis(): PackageFacts[] {
    const text = this.#text("/debootstrap/deburis");
    if (text === undefined) return [];
    const facts: PackageFacts[] = [];
    for (const { name, version, uri } of parseDeburis(text)) {
      const key = `${name} ${version}`;
      if (this.#bootstrapped.has(key)) continue;
      this.#bootstrapped.add(key);
      const architecture = parseDebName(uri.slice(uri.lastIndexOf("/") + 1))?.architecture ?? "";
      const known: Known = { action: "bootstrap", name, version, architecture, uri, evidence: "deburis" };
      facts.push(lookUp(this.#lists, known));
    }
    return facts;
  }

  #download(file: string): PackageFacts[] {
    const parsed = parseDebName(file);
    if (parsed === undefined) return [];
    return [
      this.#withDigest(lookUp(this.#lists, { action: "download", ...parsed, evidence: "archives" }), file),
    ];
  }

  #logged(entry: LogEntry): PackageFacts {
    const facts = lookUp(this.#lists, { ...entry, evidence: "dpkg.log" });
    const version = entry.version.replaceAll(":", "%3a");
    return this.#withDigest(facts, `${entry.name}_${version}_${entry.architecture}.deb`);
  }

  /** A package that no list has: what its file says, if that is still where apt puts files. */
  #withDigest(facts: PackageFacts, file: string): PackageFacts {
    if (facts.sha256 !== "") return facts;
    const part = this.#attempt(() => readRegular(`${archives}/${file}`, mostDeb));
    if (part === undefined) return facts;
    const sha256 = createHash("sha256").update(part.data).digest("hex");
    return { ...facts, sha256, size: part.data.length };
  }

  #dsc(path: string): PackageFacts[] {
    const file = path.slice(path.lastIndexOf("/") + 1);
    const match = /^([^_]+)_([^_]+)\.dsc$/.exec(file);
    if (match === null) return [];
    const part = this.#attempt(() => readRegular(Buffer.from(path, "latin1").toString(), mostBytes));
    const text = part?.data.toString("latin1").replace(/^-----BEGIN PGP[^\n]*\n(?:[^\n]+\n)*\n/, "");
    const stanza = text === undefined ? undefined : parseStanza(text);
    const known: Known = {
      action: "source",
      name: stanza?.get("source") ?? match[1]!,
      version: stanza?.get("version") ?? match[2]!,
      architecture: "source",
      evidence: "dsc",
    };
    return [lookUpSource(this.#lists, known, file)];
  }

  #log(from: LogPosition): { entries: LogEntry[]; log: LogPosition | undefined } {
    const whole = this.#attempt(() => readRegular("/var/log/dpkg.log", mostBytes));
    if (whole === undefined) return { entries: [], log: undefined };
    const { ino: inode } = whole.stats;
    const isSame = inode === from.inode && whole.data.length >= from.offset;
    const offset = isSame ? from.offset : 0;
    if (!isSame && from.inode !== 0 && from.offset > 0)
      this.#losses.push("dpkg.log was cut or replaced: what was logged since the last look may be missing");
    const end = whole.data.lastIndexOf(0x0a) + 1;
    const entries = parseDpkgLog(whole.data.toString("latin1", offset, Math.max(end, offset)));
    return { entries, log: { inode, offset: Math.max(end, offset) } };
  }

  #installed(): PackageFacts[] | undefined {
    const text = this.#text("/var/lib/dpkg/status");
    if (text === undefined) return undefined;
    return parseStatus(text).map((each) => {
      const facts = lookUp(this.#lists, { action: "present", ...each, evidence: "status" });
      return { ...facts, source: each.source, sourceVersion: each.sourceVersion };
    });
  }

  #text(path: string): string | undefined {
    return this.#attempt(() => readRegular(path, mostBytes))?.data.toString("latin1");
  }

  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#losses.push(error.message);
      return undefined;
    }
  }
}
