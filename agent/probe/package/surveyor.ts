import type { Findings, LogQuestion, PackageFacts, Survey } from "../../inside/protocol.ts";
import { digestRegular, readRegular, Unreadable } from "../../inside/read.ts";
import { lookAtApt } from "../configuration/apt-files.ts";
import { withoutUsers } from "../configuration/credentials.ts";
import { ConfigurationLook } from "../configuration/look.ts";
import { AptLists } from "./apt-lists.ts";
import { readChangelogs } from "./changelog-reader.ts";
import { parseDebName } from "./deb-name.ts";
import { parseStanza } from "./deb822.ts";
import { parseDeburis } from "./deburis.ts";
import { type LogEntry, parseDpkgLog } from "./dpkg-log.ts";
import { DpkgStatus } from "./dpkg-status.ts";
import { type Known, lookUp, lookUpSource } from "./lookup.ts";

const mostBytes = 128 << 20;
/** Packages told of one look: more than Debian has, and few enough for the recorder to take at once. */
const mostPackages = 70_000;
const mostDeb = 2 ** 31;
const archives = "/var/cache/apt/archives";

/** Answers surveys of the packages of one chroot, from inside it. */
export class Surveyor {
  readonly #lists = new AptLists();
  readonly #status = new DpkgStatus();
  #losses: string[] = [];

  survey(survey: Survey): Findings {
    this.#losses = [];
    this.#status.forget();
    const releases = survey.lists || this.#lists.isEmpty ? this.#lists.refresh() : [];
    const bootstrapped = survey.deburis === undefined ? undefined : this.#deburis(survey.deburis);
    const downloaded = survey.downloads.map((file) => this.#download(file));
    const log = survey.log === undefined ? undefined : this.#log(survey.log);
    const fetched = survey.dscs.map((path) => this.#dsc(path));
    const installed = survey.status ? this.#installed() : undefined;
    const changelogs = readChangelogs(survey.changelogs, ({ message }) => this.#losses.push(message));
    const configuration =
      survey.configuration === undefined ? undefined : configurationSince(survey.configuration);
    const losses = [...this.#losses, ...this.#lists.losses.splice(0)];
    const lists = this.#lists.present;
    const found = {
      releases,
      lists,
      bootstrapped,
      downloaded,
      fetched,
      log,
      installed,
      changelogs,
      configuration,
    };
    return { id: survey.id, ...found, losses };
  }

  #bounded<T>(found: T[]): T[] {
    if (found.length <= mostPackages) return found;
    this.#losses.push(`${found.length} packages at once; ${mostPackages} are told of`);
    return found.slice(0, mostPackages);
  }

  #deburis(from: number): Findings["bootstrapped"] {
    const part = this.#attempt(() => readRegular("/debootstrap/deburis", mostBytes));
    if (part === undefined) return undefined;
    const { data } = part;
    const end = data.lastIndexOf(0x0a) + 1;
    // Shorter than it was: another debootstrap has begun.
    const triplets = parseDeburis(withoutUsers(data.toString("latin1", from <= end ? from : 0, end)));
    // debootstrap knows the scheme of an archive before apt is configured.
    for (const { uri } of triplets)
      if (uri.includes("/pool/")) this.#lists.learn(uri.slice(0, uri.indexOf("/pool/")));
    const packages = this.#bounded(triplets).map(({ name, version, uri }) => {
      const architecture = parseDebName(uri.slice(uri.lastIndexOf("/") + 1))?.architecture ?? "";
      const known: Known = { action: "bootstrap", name, version, architecture, uri, evidence: "deburis" };
      return lookUp(this.#lists, known);
    });
    return { packages, end };
  }

  #download(file: string): PackageFacts | undefined {
    const parsed = parseDebName(file);
    if (parsed === undefined) return undefined;
    const facts = lookUp(this.#lists, { action: "download", ...parsed, evidence: "archives" });
    return this.#withDigest(facts, `${archives}/${file}`);
  }

  #log({ from, last, debs }: LogQuestion): Findings["log"] {
    const whole = this.#attempt(() => readRegular("/var/log/dpkg.log", mostBytes));
    if (whole === undefined) return undefined;
    const { ino: inode } = whole.stats;
    const end = whole.data.lastIndexOf(0x0a) + 1;
    const isSame = inode === from.inode && end >= from.offset;
    if (!isSame && from.offset > 0)
      this.#losses.push("dpkg.log was cut or replaced: what was logged since the last look may be missing");
    let runs = parseDpkgLog(whole.data.toString("latin1", isSame ? from.offset : 0, end));
    if (last !== undefined) runs = [[], ...runs.slice(Math.max(runs.length - last, 1))];
    let left = mostPackages;
    const told = runs.map((entries) => {
      const some = entries.slice(0, left);
      left -= some.length;
      return some.map((entry) => this.#logged(entry, debs));
    });
    const count = runs.reduce((sum, { length }) => sum + length, 0);
    if (count > mostPackages) this.#losses.push(`${count} packages at once; ${mostPackages} are told of`);
    return { runs: told, position: { inode, offset: end } };
  }

  #logged(entry: LogEntry, debs: string[]): PackageFacts {
    const facts = lookUp(this.#lists, { ...entry, evidence: "dpkg.log" });
    if (facts.uri !== "" || entry.action === "remove" || entry.action === "purge") return facts;
    const path = debs.find((each) => isFileOf(each, entry));
    const { name, version, architecture } = entry;
    const cached = `${archives}/${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
    const uriUnknown = path === undefined ? facts.uriUnknown : `${facts.uriUnknown}: ${path}`;
    return this.#withDigest({ ...facts, ...this.#asInstalled(entry), uriUnknown }, path ?? cached);
  }

  /** What dpkg itself has of a package that no list has; the package may be removed again. */
  #asInstalled({ name, version, architecture }: LogEntry): Partial<PackageFacts> {
    return this.#attempt(() => this.#status.find(name, version, architecture)) ?? {};
  }

  /** A package that no list has: what its file says, if that is still there. */
  #withDigest(facts: PackageFacts, path: string): PackageFacts {
    if (facts.sha256 !== "" || !path.startsWith("/")) return facts;
    const digest = this.#attempt(() => digestRegular(path, mostDeb));
    return digest === undefined ? facts : { ...facts, ...digest };
  }

  #dsc(path: string): PackageFacts | undefined {
    const file = path.slice(path.lastIndexOf("/") + 1);
    const match = /^([^_]+)_([^_]+)\.dsc$/.exec(file);
    if (match === null) return undefined;
    const text = this.#attempt(() => readRegular(path, mostBytes))?.data.toString("latin1") ?? "";
    const stanza = parseStanza(text.replace(/^-----BEGIN PGP[^\n]*\n(?:[^\n]+\n)*\n/, ""));
    const known: Known = {
      action: "source",
      name: stanza.get("source") ?? match[1]!,
      version: stanza.get("version") ?? match[2]!,
      architecture: "source",
      evidence: "dsc",
    };
    return this.#withDigest(lookUpSource(this.#lists, known, file), path);
  }

  #installed(): PackageFacts[] | undefined {
    const installed = this.#attempt(() => this.#status.installed);
    if (installed === undefined) return undefined;
    return this.#bounded(installed).map((each) => {
      const facts = lookUp(this.#lists, { action: "present", ...each, evidence: "status" });
      const { source, sourceVersion, ...control } = each;
      return { ...facts, ...control, source, sourceVersion };
    });
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

function configurationSince(known: ReadonlyMap<string, string>): Findings["configuration"] {
  const look = new ConfigurationLook(known);
  lookAtApt(look);
  return look.changes();
}

/** Files are mostly called without the version's epoch, where apt did not name them. */
function isFileOf(path: string, { name, version, architecture }: LogEntry): boolean {
  const deb = parseDebName(path.slice(path.lastIndexOf("/") + 1));
  if (deb === undefined || deb.name !== name) return false;
  const isSameVersion = deb.version === version || deb.version === version.replace(/^\d+:/, "");
  return isSameVersion && (architecture === "" || deb.architecture === architecture);
}
