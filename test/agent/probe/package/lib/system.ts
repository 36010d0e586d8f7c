import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { handleOf } from "../../../../../agent/kernel/handles.ts";
import { Finder } from "../../../../../agent/probe/file/finder.ts";
import type { DirectoryNode } from "../../../../../agent/probe/file/tree.ts";
import { Twin } from "../../../../../agent/probe/file/twin.ts";
import { PackageProbe } from "../../../../../agent/probe/package/probe.ts";
import type { Writer } from "../../../../../agent/probe/process/attribution.ts";
import type { ExecFacts, Incarnation } from "../../../../../agent/probe/process/incarnation.ts";
import {
  type ChangelogEvent,
  type ConfigurationEvent,
  type Event,
  operation,
  type PackageEvent,
  type ReleaseEvent,
} from "../../../../../proto/events.ts";
import { findMirror } from "../../../../e2e/lib/mirror.ts";

const watched = [
  "debootstrap",
  "var/lib/apt/lists",
  "var/cache/apt/archives",
  "var/lib/dpkg",
  "var/log",
  "etc/apt",
] as const;
const cache = join(tmpdir(), "isotrace-test-minbase-bookworm.tar");

/** The package probe in a build directory with real systems, told of what programs did there. */
export class Build {
  readonly directory: string;
  readonly events: Event[] = [];
  readonly losses: string[] = [];
  readonly probe: PackageProbe;
  readonly #finder: Finder;
  #pid = 100;

  constructor(directory: string) {
    this.directory = directory;
    const loss = (what: string, detail: string) => this.losses.push(`${what}: ${detail}`);
    const number = ({ pid }: Incarnation) => pid;
    this.#finder = new Finder(new Twin(directory, -1), [], {
      emit: () => {},
      loss: () => {},
      number,
      hasHandles: true,
    });
    this.probe = new PackageProbe({
      emit: (event) => this.events.push(event),
      loss,
      number,
      openRoot: (node) => this.#finder.open(node),
      now: () => this.events.length,
    });
  }

  /** Runs a program, and tells the probe of every file that it changed, in the place of the kernel's events. */
  async run(root: string, command: string[], writer = this.writer(command)): Promise<string> {
    const before = this.#look(root);
    const runs = this.#dpkgRuns(root);
    const { stdout } = await execa(command[0]!, command.slice(1), {
      cwd: this.directory,
      env: { DEBIAN_FRONTEND: "noninteractive", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      extendEnv: false,
    });
    const after = this.#look(root);
    const isApts = command.includes("apt-get");
    for (const [path, identity] of after) {
      const known = before.get(path);
      if (known === identity) continue;
      const made = known === undefined ? operation.create : 0;
      if (isApts && made !== 0 && path.endsWith(".deb")) {
        this.notice(`${dirname(path)}/partial/${basename(path)}`, operation.rename, writer);
        this.notice(path, operation.rename | operation.create, writer);
      } else if (isApts && path.endsWith("/dpkg.log")) {
        for (let i = runs; i < this.#dpkgRuns(root); i++) this.notice(path, made | operation.write, writer);
      } else {
        this.notice(path, made | operation.write, writer);
      }
    }
    for (const path of before.keys()) if (!after.has(path)) this.notice(path, operation.delete, writer);
    return stdout;
  }

  chroot(root: string, ...command: string[]): Promise<string> {
    return this.run(root, ["chroot", join(this.directory, root), ...command], this.writer(["dpkg"]));
  }

  /** @param path below the build directory. */
  notice(path: string, operations: number, writer: Writer): void {
    this.probe.notice(this.#node(dirname(path)), basename(path), operations, writer);
  }

  rootNumber(root: string): number {
    return this.#node(root).id;
  }

  /** A process with a number of its own. */
  writer(argv: string[]): Writer {
    const facts = { argv: Buffer.from(`${argv.join("\0")}\0`) } as Partial<ExecFacts> as ExecFacts;
    const process: Incarnation = {
      pid: ++this.#pid,
      start: this.#pid,
      forked: 0,
      ended: 0,
      parent: undefined,
      parentEpoch: 0,
      epoch: 1,
      execs: [{ epoch: 1, time: 0, name: basename(argv[0]!), outputs: [], isTold: true }],
      order: { epoch: 1, opened: [], used: [], doubtUntil: 0 },
      outside: false,
      startsBuild: false,
      own: false,
      id: 0,
      facts,
      unwritten: [],
    };
    return { process, epoch: 1, uncertain: false };
  }

  packages(root: string, ...actions: PackageEvent["action"][]): PackageEvent[] {
    const number = this.rootNumber(root);
    return this.events.filter(
      (event): event is PackageEvent =>
        event.kind === "package" && event.root === number && actions.includes(event.action),
    );
  }

  changelogs(): ChangelogEvent[] {
    return this.events.filter((event): event is ChangelogEvent => event.kind === "changelog");
  }

  configurations(root: string): ConfigurationEvent[] {
    const number = this.rootNumber(root);
    return this.events.filter(
      (event): event is ConfigurationEvent => event.kind === "configuration" && event.root === number,
    );
  }

  releases(): ReleaseEvent[] {
    return this.events.filter((event): event is ReleaseEvent => event.kind === "release");
  }

  /** How often dpkg has logged that it begins. apt starts it more than once, and each closes the log. */
  #dpkgRuns(root: string): number {
    const log = join(this.directory, root, "var/log/dpkg.log");
    return existsSync(log) ? readFileSync(log, "latin1").split(" startup ").length - 1 : 0;
  }

  #node(path: string): DirectoryNode {
    const node = this.#finder.find(handleOf(join(this.directory, path)));
    if (node === undefined) throw new Error(`${path}: not in the build directory`);
    return node;
  }

  #look(root: string): Map<string, string> {
    const files = new Map<string, string>();
    for (const directory of watched) {
      const path = join(root, directory);
      if (!existsSync(join(this.directory, path))) continue;
      for (const entry of readdirSync(join(this.directory, path), { withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const { ino, size, mtimeMs } = statSync(join(this.directory, path, entry.name));
        files.set(join(path, entry.name), `${ino} ${size} ${mtimeMs}`);
      }
    }
    return files;
  }
}

/** Unpacks a real system, debootstrapped once for all runs. */
export async function unpackMinbase(directory: string): Promise<void> {
  if (!existsSync(cache)) {
    const fresh = `${directory}.fresh`;
    await execa("debootstrap", ["--variant=minbase", "bookworm", fresh, await findMirror()]);
    await execa("tar", ["-cf", `${fresh}.tar`, "--numeric-owner", "--xattrs", "."], { cwd: fresh });
    await execa("mv", [`${fresh}.tar`, `${cache}.${process.pid}`]);
    renameSync(`${cache}.${process.pid}`, cache);
    rmSync(fresh, { recursive: true });
  }
  mkdirSync(directory, { recursive: true });
  await execa("tar", ["-xf", cache, "--numeric-owner", "--xattrs"], { cwd: directory });
}

/** Makes a package whose files are nothing but its own control file. @returns its file name. */
export async function makeDeb(
  into: string,
  name: string,
  version: string,
  source = name,
  more = "",
): Promise<string> {
  const work = join(into, `.${name}`);
  mkdirSync(join(work, "DEBIAN"), { recursive: true });
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nSource: ${source}\nMaintainer: Nobody <nobody@example.org>\n${more}Description: test\n`;
  await execa("tee", [join(work, "DEBIAN/control")], { input: control });
  await execa("dpkg-deb", ["--build", "--root-owner-group", work, into]);
  rmSync(work, { recursive: true });
  return `${name}_${version.replace(/^\d+:/, "")}_all.deb`;
}
