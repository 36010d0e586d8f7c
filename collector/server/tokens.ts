import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../cli/usage-error.ts";
import { makeDirectory } from "../store/make-directory.ts";
import { syncDirectory } from "../store/sync-directory.ts";

/** What a token allows: to send recordings, to read what there is, to change and remove it. */
export const scopes = ["ingest", "read", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** A token as it is stored: what it is itself is not. */
export interface StoredToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256, hexadecimal: a token has 256 random bits, so nothing slower is needed. */
  readonly hash: string;
}

const prefix = "isotrace_";

/** The tokens of a collector, in `tokens.json` of its directory; read anew for each question, so that a change counts at once. */
export class Tokens {
  readonly #path: string;

  constructor(data: string) {
    this.#path = join(data, "tokens.json");
  }

  /** @throws UsageError for a file that is none of these */
  list(): StoredToken[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    try {
      return (JSON.parse(text) as { tokens: StoredToken[] }).tokens.map(({ name, scopes, hash }) => ({
        name,
        scopes,
        hash,
      }));
    } catch (error) {
      throw new UsageError(`${this.#path}: must be the file of tokens, but it is not; restore it`, {
        cause: error,
      });
    }
  }

  /** Makes a token. @returns it: it is not stored, and cannot be shown again. @throws UsageError if the name is taken */
  make(name: string, given: readonly Scope[]): string {
    const known = this.list();
    if (!/^[\w.@-]{1,64}$/.test(name))
      throw new UsageError(
        `collect token: a name must have 1 to 64 letters, digits, . _ @ -, but it is ${JSON.stringify(name)}`,
      );
    if (known.some((each) => each.name === name))
      throw new UsageError(
        `collect token: there is a token ${name} already; revoke it, or take another name`,
      );
    const token = prefix + randomBytes(32).toString("base64url");
    this.#write([...known, { name, scopes: given, hash: hashOf(token) }]);
    return token;
  }

  /** @throws UsageError if there is none of that name */
  revoke(name: string): void {
    const known = this.list();
    const left = known.filter((each) => each.name !== name);
    if (left.length === known.length)
      throw new UsageError(`collect token: there is no token ${JSON.stringify(name)}`);
    this.#write(left);
  }

  /** Whose token it is; undefined if it is nobody's. */
  find(token: string): StoredToken | undefined {
    const hash = Buffer.from(hashOf(token), "hex");
    let found: StoredToken | undefined;
    for (const each of this.list()) {
      const stored = Buffer.from(each.hash, "hex");
      if (stored.length === hash.length && timingSafeEqual(stored, hash)) found = each;
    }
    return found;
  }

  #write(tokens: readonly StoredToken[]): void {
    makeDirectory(dirname(this.#path));
    const temporary = `${this.#path}.tmp`;
    writeFileSync(temporary, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, {
      flush: true,
      mode: 0o600,
    });
    renameSync(temporary, this.#path);
    // One that was revoked must not come back with the power.
    syncDirectory(dirname(this.#path));
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
