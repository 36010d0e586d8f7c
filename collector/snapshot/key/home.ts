import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { SnapshotError } from "../error.ts";

/** The longest path of a directory that a socket of gpg-agent in it can be bound by (unix(7): 108 bytes). */
const longestHome = 80;

/**
 * A home directory of GnuPG of our own, for its owner only. Its agent is ended with it.
 */
export class GnupgHome implements AsyncDisposable {
  readonly #path: string;
  readonly #shortcut: string | undefined;

  /** @param directory made if it does not exist */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const real = realpathSync(directory);
    if (real.length <= longestHome) {
      this.#path = real;
      return;
    }
    this.#shortcut = mkdtempSync(join(tmpdir(), "isotrace-gpg-"));
    this.#path = join(this.#shortcut, "home");
    symlinkSync(real, this.#path);
  }

  /** @returns standard output, as bytes. @throws SnapshotError if gpg is not there, else what it says. */
  async gpg(args: readonly string[], input?: string): Promise<Buffer> {
    const { exitCode, stdout, stderr, code, cause } = await execa(
      "gpg",
      ["--homedir", this.#path, "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", ...args],
      {
        reject: false,
        encoding: "buffer",
        // The last byte of a key can be a line feed's.
        stripFinalNewline: false,
        env: { LC_ALL: "C.UTF-8" },
        ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      },
    );
    if (code === "ENOENT") {
      const rule = "must be installed";
      throw new SnapshotError({ subject: "gpg", rule, remedy: 'run "apt-get install gnupg"', cause });
    }
    if (exitCode === 0) return Buffer.from(stdout);
    const said = Buffer.from(stderr).toString("utf8").trim().split("\n").slice(-3).join("; ");
    throw new Error(`gpg ${args[0]}: status ${exitCode}: ${said}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that is not running is no error to it.
    await execa("gpgconf", ["--homedir", this.#path, "--kill", "gpg-agent"], { reject: false });
    if (this.#shortcut !== undefined) rmSync(this.#shortcut, { recursive: true, force: true });
  }
}
