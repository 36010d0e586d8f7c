import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildManifest } from "../../manifest/build-manifest.ts";
import { printTails } from "../../manifest/tails.ts";
import { SnapshotError } from "../error.ts";
import { moveDurably } from "../files/durable.ts";
import type { Instance } from "../instance.ts";
import { serialPattern } from "../serial.ts";
import type { Session } from "../session.ts";
import type { Tag, TaggedImage } from "../state.ts";
import { select } from "./select.ts";
import { wantedBy } from "./want.ts";
import { writeTag } from "./write.ts";

export const tagPattern = /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,99}$/;

export interface TagRequest {
  readonly name: string;
  readonly manifest: BuildManifest;
  /** Serials to use instead of the manifest's references, by archive. */
  readonly at: ReadonlyMap<string, string>;
  readonly image: TaggedImage | null;
}

/** Makes the permanent, partial archives of a release: what its manifest lists, and the sources. @throws SnapshotError */
export async function tag(session: Session, { name, manifest, at, image }: TagRequest): Promise<Tag> {
  const { layout, state, instance } = session;
  refuseName(session, name);
  const wanted = wantedBy(manifest, state, at);
  const { suites, binaries, sources, missing, lacking } = select(layout, wanted, lacksOf(instance));
  if (missing.length > 0)
    throw notFound(
      name,
      missing,
      wanted.snapshots.map(({ archive, serial }) => `${archive} ${serial}`),
    );
  state.pending = { kind: "tag", name };
  session.save();
  const staging = layout.staging(`tag-${name}`);
  rmSync(staging, { recursive: true, force: true });
  await writeTag(layout, staging, suites, wanted.snapshots, await session.signer());
  writeFileSync(join(staging, "build-manifest"), printTails(manifest), "latin1");
  moveDurably(staging, layout.tag(name));
  const archives = Object.fromEntries(wanted.snapshots.map(({ archive, serial }) => [archive, serial]));
  const made = {
    name,
    made: new Date().toISOString(),
    archives,
    binaries,
    sources,
    lacking: [...lacking],
    image,
  };
  state.tags.push(made);
  state.pending = null;
  session.save();
  return made;
}

function lacksOf({ archives }: Instance): (archive: string, source: string) => boolean {
  return (name, source) => {
    const archive = archives.find((each) => each.name === name);
    return archive !== undefined && (!archive.sources || archive.lacking.includes(source));
  };
}

function refuseName({ state, instance, layout }: Session, name: string): void {
  const refuse = (rule: string, remedy: string) =>
    new SnapshotError({ subject: "tag", rule, value: name, remedy });
  if (!tagPattern.test(name) || serialPattern.test(name))
    throw refuse("must be a name of letters, digits and . + ~ _ -, and no serial", "give another name");
  if (state.tags.some((each) => each.name === name))
    throw refuse(`must be new: a tag is for good (${layout.tag(name)})`, "give another name");
  const taken = [
    ...instance.archives.map((each) => each.name),
    ...state.snapshots.map(({ archive }) => archive),
  ];
  if (taken.includes(name) || name.startsWith("archive-key."))
    throw refuse("must not be the name of an archive", "give another name");
}

function notFound(name: string, missing: readonly string[], searched: readonly string[]): SnapshotError {
  return new SnapshotError({
    subject: `tag ${name}`,
    rule: `everything that the manifest lists must be in the snapshots (${searched.join(", ")}), but these are not: ${missing.join(", ")}`,
    remedy:
      "tag from the snapshots that the build used (--at ARCHIVE=SERIAL), or mirror more (filter, sources)",
  });
}
