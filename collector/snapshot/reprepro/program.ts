import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { SnapshotError } from "../error.ts";

const mostOutput = 256 << 20;
const mostWaits = 100;

/**
 * Reprepro on one base directory. It ends when Isotrace ends, even by SIGKILL (prctl(2), PR_SET_PDEATHSIG), so that
 * what holds the instance's lock is alone with the databases.
 */
export class Reprepro {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  /**
   * @returns what it printed on standard output.
   * @throws RepreproFailure if it exits with another status than 0.
   */
  async run(args: readonly string[], input?: string): Promise<string> {
    // Files go by deleteunreferenced alone, which refuses this option.
    const keeping = args.includes("deleteunreferenced") ? [] : ["--keepunreferencedfiles"];
    const command = ["--pdeathsig", "KILL", "reprepro", "--basedir", this.base, ...keeping, ...args];
    const { exitCode, signal, stdout, stderr, code, cause } = await execa("setpriv", command, {
      reject: false,
      stripFinalNewline: false,
      maxBuffer: mostOutput,
      env: { GNUPGHOME: join(this.base, "gnupg"), LC_ALL: "C.UTF-8", REPREPRO_BASE_DIR: "" },
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    if (code === "ENOENT" || exitCode === 127) throw notInstalled(cause);
    if (exitCode !== 0) throw new RepreproFailure(args, exitCode ?? signal ?? "unknown", stderr);
    return stdout;
  }

  /** Waits until one that an earlier command left behind has ended, and takes its lock file away. */
  async reclaim(): Promise<void> {
    for (let waits = 0; this.#isRunning(); waits++) {
      if (waits === mostWaits) {
        throw new SnapshotError({
          subject: this.base,
          rule: "no other reprepro may work on it",
          remedy: "wait until that has ended, or end it",
        });
      }
      await setTimeout(100);
    }
    rmSync(join(this.base, "db/lockfile"), { force: true });
  }

  #isRunning(): boolean {
    return readdirSync("/proc").some((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      const argv = commandLine(pid);
      return argv[0]?.endsWith("reprepro") === true && argv.includes(this.base);
    });
  }
}

/** Reprepro failed: what it said. */
export class RepreproFailure extends Error {
  override readonly name = "RepreproFailure";
  readonly said: string;
  readonly #status: number | string;

  constructor(args: readonly string[], status: number | string, stderr: string) {
    const lines = stderr.trim().split("\n");
    super(
      `reprepro ${args.slice(0, 6).join(" ")}: status ${status}: ${lines.slice(-6).join("; ").slice(0, 800)}`,
    );
    this.said = stderr;
    this.#status = status;
  }

  get isOfSignature(): boolean {
    // Without InRelease there must be Release.gpg.
    const isUnsigned = /Release\.gpg':\n'404 /.test(this.said);
    return isUnsigned || /signature|VerifyRelease|key id|not signed|public key/i.test(this.said);
  }

  /** Upstream's index lists what upstream does not have. */
  get isOfAbsence(): boolean {
    return /'404 /.test(this.said);
  }

  get isOfSpace(): boolean {
    // It exits with the error's number, negative: that of ENOSPC is 28.
    return this.#status === 256 - 28 || /no space left|not enough (?:free )?space/i.test(this.said);
  }
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  } catch {
    return []; // it has ended
  }
}

function notInstalled(cause: unknown): SnapshotError {
  return new SnapshotError({
    subject: "reprepro",
    rule: "must be installed, and setpriv of util-linux",
    remedy: 'run "apt-get install reprepro"',
    cause,
  });
}
