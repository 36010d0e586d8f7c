import { createHash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Where a collector's builds are, and what lets one read them. */
export interface Source {
  /** `https://HOST:PORT`; `wss:` is taken for it. */
  readonly collector: string;
  /** "" for none. */
  readonly token: string;
  /** Directory that keeps what was fetched. */
  readonly cache: string;
}

/** The collector does not give it: one line says why. */
export class FetchError extends Error {
  override readonly name = "FetchError";
}

/** Recordings that the cache keeps. */
const mostKept = 20;

/**
 * Fetches a build's recording, unless the cache has it: a recording that is complete never changes.
 * @param build its key or id. @returns the file. @throws FetchError, or a system error of the cache
 */
export async function fetchBuild(source: Source, build: string): Promise<string> {
  const url = `${baseOf(source.collector)}/v1/builds/${encodeURIComponent(build)}`;
  const { key, sha256 } = await describe(url, source);
  mkdirSync(source.cache, { recursive: true, mode: 0o700 });
  const path = join(source.cache, `${sha256 ?? `${key}-so-far`}.isotrace`);
  if (sha256 !== null && existsSync(path)) {
    utimesSync(path, new Date(), new Date()); // it was used
    return path;
  }
  await download(`${url}/recording`, source, path, sha256);
  removeOldest(source.cache);
  return path;
}

async function describe(url: string, source: Source): Promise<{ key: string; sha256: string | null }> {
  const response = await ask(url, source);
  const { build } = (await response.json()) as { build: { key: unknown; sha256: unknown } };
  const isHex = (text: unknown, length: number) =>
    typeof text === "string" && text.length === length && /^[0-9a-f]+$/.test(text);
  // They become the name of a file here.
  if (!isHex(build?.key, 32) || !(build.sha256 === null || isHex(build.sha256, 64)))
    throw new FetchError(`${source.collector}: the answer must be of a collector, but it is not`);
  return build as { key: string; sha256: string | null };
}

async function download(url: string, source: Source, path: string, sha256: string | null): Promise<void> {
  const response = await ask(url, source);
  const temporary = `${path}.${process.pid}.tmp`;
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(undefined, part);
    },
  });
  try {
    await pipeline(
      Readable.fromWeb(response.body as never),
      hashing,
      createWriteStream(temporary, { mode: 0o600 }),
    );
    if (sha256 !== null && hash.digest("hex") !== sha256)
      throw new FetchError(
        `${url}: the recording must have the digest ${sha256}, but it has another; fetch it again`,
      );
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function ask(url: string, { token, collector }: Source): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, token === "" ? {} : { headers: { authorization: `Bearer ${token}` } });
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    throw new FetchError(`${collector}: the collector cannot be reached: ${cause.message}`, { cause: error });
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => ({}))) as { error?: unknown };
  const because = typeof answer.error === "string" ? answer.error : `it answered ${response.status}`;
  throw new FetchError(`${collector}: ${because}`);
}

function baseOf(collector: string): string {
  const text = collector.replace(/^ws(s?):/, "http$1:");
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new FetchError(
      `--collector must be a URL like https://HOST:PORT, but it is ${JSON.stringify(collector)}`,
    );
  return new URL(text).origin;
}

function removeOldest(cache: string): void {
  const files = readdirSync(cache)
    .filter((name) => name.endsWith(".isotrace"))
    .map((name) => ({ path: join(cache, name), used: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.used - a.used);
  for (const { path } of files.slice(mostKept)) rmSync(path, { force: true });
}
