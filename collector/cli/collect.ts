import { parseArgs } from "node:util";
import { type CollectOptions, collectOptions, type Given, optionsOf } from "../server/options.ts";
import { startCollector } from "../server/start.ts";
import { type Scope, scopes, Tokens } from "../server/tokens.ts";
import { DataLock } from "../store/data-lock.ts";
import { FileStore } from "../store/file-store.ts";
import { isFull } from "../store/is-full.ts";
import { recordedName } from "../store/recorded-name.ts";
import { judge } from "../store/retention.ts";
import { formatOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `isotrace collect [OPTION...] [--reindex]
isotrace collect token make NAME --scope ingest|read|admin... [--data DIR]
isotrace collect token list|revoke NAME [--data DIR]
isotrace collect expire [--dry-run] [--keep AGE] [--keep-last N [--per NAME]] [--data DIR] [--format text|json]

Receives recordings while they are made (isotrace run --collector URL) or later (isotrace push), keeps them, and
answers questions about them: /v1/openapi.json of it tells which.

  --config FILE           lines NAME = VALUE with the names of these options; the command line goes before
  --listen ADDRESS:PORT   default 127.0.0.1:7878; other than the loopback only with tokens
  --data DIR              where everything is kept (default /var/lib/isotrace); a copy of it is a backup
  --cert FILE --key FILE  certificate and key in PEM: then it speaks TLS only
  --quota GB, --builds N  what one token may keep (default 100 GB, 10000 builds)
  --rate MB               what one token may send in a second, decompressed (default 100)
  --connections N         from one address (default 256)
  --keep AGE              builds whose last byte came within it stay: 36h, 30d, 8w
  --keep-last N           the last N of each name stay; with --per LABEL of each value of that label
                          A build that no rule keeps goes, at the start and once a day, unless it is pinned, being
                          received, or named in a label of one that stays. Without rules all stay.
  --reindex               makes the index anew from the recordings

expire removes what the rules do not keep, of a collector that does not run; --dry-run only tells what would go.

Ends with SIGINT or SIGTERM, status 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...collectOptions,
      config: { type: "string" },
      reindex: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
      format: { type: "string", default: "text" },
      scope: { type: "string", multiple: true, default: [] as string[] },
    },
  });
  const { config, reindex, "dry-run": isDry, format, scope, ...given } = values;
  const options = optionsOf(given as Given, config);
  const [action, ...rest] = positionals;
  switch (action) {
    case undefined:
      return serve(options, reindex);
    case "token":
      return token(new Tokens(options.data), rest, scope);
    case "expire":
      return expire(options, isDry, formatOf("collect expire", ["text", "json"], format));
    default:
      throw new UsageError(
        `collect: ${JSON.stringify(action)} is not known; give "token", "expire", or options only`,
      );
  }
}

async function serve(options: CollectOptions, isToReindex: boolean): Promise<number> {
  const running = await startCollector(options, log, isToReindex).catch((error: unknown) => {
    if (!isFull(error)) throw error;
    const { message } = error as Error;
    throw new Error(
      `collect: ${options.data} must have room, but its disk is full (${message}); free space, and start it again`,
      { cause: error },
    );
  });
  log("info", "listening", { url: running.url, data: options.data });
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
  const failure = await Promise.race([stopped, running.failed]);
  if (failure !== undefined) throw new Error(`collect: the index failed: ${failure.message}; start it again`);
  await running.stop();
  return 0;
}

function token(tokens: Tokens, [action, name]: string[], given: readonly string[]): number {
  if (action === "list") {
    for (const each of tokens.list()) process.stdout.write(`${each.name}\t${each.scopes.join(",")}\n`);
    return 0;
  }
  if (name === undefined || (action !== "make" && action !== "revoke"))
    throw new UsageError("collect token: give make NAME, revoke NAME or list");
  if (action === "revoke") {
    tokens.revoke(name);
    return 0;
  }
  if (given.length === 0)
    throw new UsageError(`collect token make: give --scope, one or more of ${scopes.join(", ")}`);
  process.stdout.write(`${tokens.make(name, given.map(scopeOf))}\n`);
  return 0;
}

function scopeOf(word: string): Scope {
  const found = scopes.find((scope) => scope === word);
  if (found !== undefined) return found;
  throw new UsageError(
    `collect token: --scope must be one of ${scopes.join(", ")}, but it is ${JSON.stringify(word)}`,
  );
}

function expire({ data, rules }: CollectOptions, isDry: boolean, format: "text" | "json"): number {
  if (rules.keep === undefined && rules.last === undefined)
    throw new UsageError("collect expire: give --keep, --keep-last or both");
  const lock = isDry ? undefined : new DataLock(data);
  const store = new FileStore(data, isDry);
  const candidates = store.list().map((facts) => {
    return { facts, name: recordedName(store.path(facts.key), facts), isInUse: false };
  });
  const verdicts = judge(candidates, rules, Date.now());
  for (const { facts, isKept } of verdicts) if (!isKept && !isDry) store.remove(facts.key);
  lock?.release();
  if (format === "json") {
    const builds = verdicts.map(({ facts, group, isKept, because }) => {
      return { key: facts.key, id: facts.build, group, kept: isKept, because };
    });
    process.stdout.write(`${JSON.stringify({ version: 1, dryRun: isDry, builds }, null, 2)}\n`);
    return 0;
  }
  const verb = isDry ? "would go" : "gone";
  for (const { facts, isKept, because } of verdicts) {
    process.stdout.write(`${isKept ? "stays" : verb}\t${facts.key}\t${shownId(facts.build)}\t${because}\n`);
  }
  return 0;
}

/** A build's id is its agent's to choose. */
function shownId(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

/** One line of JSON for each thing that happens, on standard error. */
function log(level: "info" | "warn", event: string, facts: Record<string, string | number>): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...facts })}\n`);
}
