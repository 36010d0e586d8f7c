import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { filesOf, identityOf } from "../archive/release.ts";
import { SnapshotError } from "../error.ts";
import type { ArchiveConfig } from "../instance.ts";
import { ruleOf } from "../reprepro/configuration.ts";
import { RepreproFailure } from "../reprepro/program.ts";
import type { Session } from "../session.ts";
import type { MirroredSuite } from "../state.ts";
import { configure } from "./configure.ts";
import { namesOf } from "./filter.ts";
import { update } from "./update.ts";

export interface MirrorOptions {
  /** How often an update is tried again that failed for another reason than a signature or the disk. */
  readonly retries: number;
  /** Seconds before the first of them; each waits twice as long as the one before. */
  readonly pause: number;
}

/**
 * Updates the mirror of one archive: all its suites, or none. What was downloaded stays for the next attempt.
 * @throws SnapshotError
 */
export async function mirror(
  session: Session,
  archive: ArchiveConfig,
  options: MirrorOptions,
): Promise<void> {
  const base = session.layout.base(archive.name);
  const names = archive.filter === undefined ? undefined : namesOf(archive.filter);
  await configure(base, archive, names);
  forgetContent(session, archive.name);
  await withRetries(session, archive, options, () =>
    session.database(archive.name).change((reprepro) => update(reprepro, archive, names, session.say)),
  );
  const suites = archive.suites.map((suite) => [suite, suiteOf(base, suite)] as const);
  session.state.mirrors[archive.name] = {
    updated: new Date().toISOString(),
    suites: Object.fromEntries(suites),
  };
  session.save();
}

/** What the indices list, in one digest. */
export function contentOf(release: string, path: string): string {
  const files = filesOf(release, path).map(({ sha256, size, path }) => `${sha256} ${size} ${path}`);
  return createHash("sha256").update(files.sort().join("\n")).digest("hex");
}

/** Until the update has succeeded nobody knows what is in the database. */
function forgetContent(session: Session, archive: string): void {
  const known = session.state.mirrors[archive];
  if (known === undefined) return;
  for (const suite of Object.values(known.suites)) suite.content = "";
  session.save();
}

async function withRetries(
  { say }: Session,
  archive: ArchiveConfig,
  { retries, pause }: MirrorOptions,
  action: () => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof RepreproFailure)) throw error;
      if (error.isOfSignature || error.isOfSpace || attempt >= retries) throw refusal(archive, error);
      const seconds = pause * 2 ** attempt;
      say(`${archive.name}: ${error.message}; trying again in ${seconds} s`);
      await setTimeout(seconds * 1000);
    }
  }
}

function refusal({ name, url, keyring }: ArchiveConfig, error: RepreproFailure): SnapshotError {
  const subject = `archive ${name} (${url})`;
  if (error.isOfSignature) {
    const rule = `must be signed by a key of ${keyring} (${error.message})`;
    return new SnapshotError({
      subject,
      rule,
      remedy: "nothing was taken over; check the archive and the keyring",
      cause: error,
    });
  }
  if (error.isOfSpace) {
    const rule = `must fit on the disk (${error.message})`;
    return new SnapshotError({
      subject,
      rule,
      remedy: "nothing was taken over; free space and run it again",
      cause: error,
    });
  }
  const rule = `could not be updated (${error.message})`;
  const remedy = error.isOfAbsence
    ? "the mirror is as before; name under lacking in instance.yml the sources that upstream does not have"
    : "the mirror is as before; run it again";
  return new SnapshotError({ subject, rule, remedy, cause: error });
}

function suiteOf(base: string, suite: string): MirroredSuite {
  const exported = join(base, "dists", suite, "Release");
  return {
    release: identityOf(upstreamRelease(base, suite), suite),
    content: contentOf(readFileSync(exported, "latin1"), exported),
  };
}

/** The file whose signature reprepro has verified. */
function upstreamRelease(base: string, suite: string): string {
  const names = ["InRelease", "Release"].map((name) =>
    join(base, "lists", `${ruleOf(suite)}_${suite}_${name}`),
  );
  const path = names.find((each) => existsSync(each));
  return path === undefined ? "" : readFileSync(path, "latin1");
}
