import { existsSync, rmSync } from "node:fs";
import { SnapshotError } from "../error.ts";
import { GnupgHome } from "./home.ts";

/**
 * Puts a keyring of upstream's keys, and nothing else, into the home directory that reprepro verifies with.
 * @returns the primary keys' ids as reprepro names them: the last 16 digits of the fingerprints.
 * @throws SnapshotError if there is no such keyring or no key in it.
 */
export async function importKeyring(keyring: string, home: string): Promise<string[]> {
  const refuse = (rule: string, cause?: unknown) =>
    new SnapshotError({ subject: keyring, rule, remedy: "give upstream's keyring in instance.yml", cause });
  if (!existsSync(keyring)) throw refuse("must exist: without keys nothing can be verified");
  rmSync(home, { recursive: true, force: true });
  await using gnupg = new GnupgHome(home);
  try {
    await gnupg.gpg(["--no-autostart", "--import", keyring]);
  } catch (error) {
    throw refuse(`must hold public keys (${(error as Error).message})`, error);
  }
  const listed = (await gnupg.gpg(["--no-autostart", "--with-colons", "--list-keys"])).toString("latin1");
  // doc/DETAILS of GnuPG: the fifth field of a public key's line is its id.
  const keys = [...listed.matchAll(/^pub:(?:[^:\n]*:){3}([0-9A-F]{16}):/gm)].map(([, id]) => id!);
  if (keys.length === 0) throw refuse("must hold a public key");
  return keys;
}
