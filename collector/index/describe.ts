import { byteOrder } from "../manifest/build-manifest.ts";
import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";
import type { Image, ImageEntry } from "../model/image.ts";
import { examine } from "../nondeterminism/find.ts";
import type { Finding } from "../nondeterminism/finding.ts";
import { json as findingsJson } from "../nondeterminism/formats/json.ts";
import { reportOf } from "../nondeterminism/formats/report.ts";
import type { Material } from "../report/report.ts";
import type { Facts } from "../store/recording-store.ts";
import { liveBuildScript } from "../story/stage.ts";
import type { Story } from "../story/story.ts";
import { deedJson, type StoryJson, storyJson } from "../why/json.ts";
import { plain } from "../why/text.ts";
import { why } from "../why/why.ts";
import type { DescribedFile, EntryFacts, IndexedPackage, Part, StoredWriter } from "./index-store.ts";
import { nameOf } from "./name.ts";

/** Files and stories that go into the index at a time: a few milliseconds' work. */
const filesInPart = 960;
const storiesInPart = 480;
/** Writers that the index keeps of one path; a log can have thousands. */
const mostWriters = 50;

/** Paths that the index keeps of one build: a realistic one has 60,000, counting those that were removed. */
const mostPaths = 500_000;

/** Everything that the index has of a build, in parts: the same for the same recording. */
export function* describe(material: Material, facts: Facts, most = mostPaths): Generator<Part> {
  const { build, packages, archives } = material;
  const examination = examine(material);
  const all = pathsOf(build);
  const paths = all.slice(0, most);
  const isCut = paths.length < all.length;
  const beginning = beginningOf(build, facts);
  yield {
    kind: "head",
    build: {
      ...beginning,
      causes: isCut
        ? [
            ...beginning.causes,
            `the collector's index has ${paths.length} of ${all.length} paths: files are not listed to the end`,
          ]
        : beginning.causes,
      isCut,
      origins: archives.map(({ name, uri, reference }) => ({ archive: name, uri, reference })),
      packages: packages.length,
      files: [build.image, build.binary].reduce((sum, image) => sum + (image?.entries.size ?? 0), 0),
      findings: examination.findings.length,
    },
    packages: packages.map(packageOf),
    findings: examination.findings.map(findingOf),
    documents: [
      {
        name: "findings.json",
        text: findingsJson.print(reportOf(build, examination), {
          paint: plain,
          isStable: false,
          isFull: true,
        }),
      },
    ],
  };
  const stories = new StoryNumbers();
  for (let at = 0; at < paths.length; at += filesInPart) {
    const files = paths.slice(at, at + filesInPart).map((path) => fileOf(material, path, stories));
    yield* stories.parts();
    yield { kind: "files", files };
  }
  yield* stories.rest();
  yield { kind: "end", files: paths.length };
}

function beginningOf(build: Build, { labels, owner, begun, build: id }: Facts) {
  const first = build.segments[0];
  const { end } = build;
  const { complete, causes } = build.causes();
  const milliseconds = (time: number) => Math.floor(build.clock.real(time) / 1000);
  return {
    id,
    name: nameOf(labels, build.directory),
    host: first?.host.name ?? "",
    owner,
    labels,
    begun,
    directory: build.directory,
    command: first?.command.map(byteString) ?? [],
    started: first === undefined ? null : milliseconds(build.begin),
    ending:
      end === undefined
        ? null
        : { outcome: end.outcome, status: end.status, signal: end.signal, ended: milliseconds(end.time) },
    complete,
    causes,
    script: lastScript(build),
    lost: build.damages.losses().reduce((sum, { count }) => sum + count, 0),
    events: Object.fromEntries([...build.counts].sort(([a], [b]) => byteOrder(a, b))),
  };
}

function lastScript(build: Build): string {
  let script = "";
  let time = -1;
  for (const process of build.processes.all) {
    for (const command of process?.commands ?? []) {
      const name = command === undefined ? undefined : liveBuildScript(command);
      if (name === undefined || command!.time < time) continue;
      script = name;
      time = command!.time;
    }
  }
  return script;
}

function packageOf({
  where,
  name,
  version,
  architecture,
  ...rest
}: Material["packages"][number]): IndexedPackage {
  const { source, sourceVersion, uri, size, sha256, stage } = rest;
  return { where, name, version, architecture, source, sourceVersion, uri, size, sha256, stage };
}

function findingOf({ path, source, confidence, culprits, fingerprint, remedy }: Finding) {
  const [culprit] = culprits;
  const names = { culpritKind: culprit?.kind ?? "", culprit: culprit?.name ?? "" };
  return { path, source, confidence, ...names, fingerprint, remedy };
}

/** Every path that anything is known of, in byte order. */
function pathsOf({ image, binary }: Build): string[] {
  const paths = new Set<string>();
  for (const each of [image, binary]) {
    for (const path of each?.entries.keys() ?? []) paths.add(path);
    for (const path of each?.tree?.paths() ?? []) if (isOf(path, each === binary)) paths.add(path);
  }
  return [...paths].sort(byteOrder);
}

/** A path of the image's own that begins with `/binary` cannot be asked for: the binary directory has that name. */
function isOf(path: string, isBinary: boolean): boolean {
  return isBinary === (path === "/binary" || path.startsWith("/binary/"));
}

function fileOf(material: Material, path: string, stories: StoryNumbers): DescribedFile {
  const { build } = material;
  const { resolved, state, stateFrom, package: owner, writers } = why(build, material.stories, path);
  const isOwn = resolved.path === path;
  const entry = isOwn ? resolved.entry : entryAt(build, path);
  const kept = isOwn ? writers.slice(0, mostWriters) : [];
  return {
    path,
    entry: entry === undefined ? null : entryFacts(entry),
    state,
    stateFrom,
    package: owner,
    writers: kept.map(
      (writer): StoredWriter => ({ ...deedJson(build, writer), story: stories.of(writer.story) }),
    ),
    allWriters: isOwn ? writers.length : 0,
  };
}

/** A path below a symbolic link of the image leads elsewhere when it is asked for; its own entry is listed all the same. */
function entryAt({ image, binary }: Build, path: string): ImageEntry | undefined {
  const of: Image | undefined = path === "/binary" || path.startsWith("/binary/") ? binary : image;
  return of?.entries.get(path);
}

function entryFacts(entry: ImageEntry): EntryFacts {
  const { type, mode, uid, gid, mtime, size, target, sha256, package: owner, relation, problem } = entry;
  return { type, mode, uid, gid, mtime, size, target, sha256, package: owner, relation, problem };
}

/** Numbers stories in the order in which they are met, and gives out those that are new. */
class StoryNumbers {
  readonly #numbers = new Map<Story, number>();
  readonly #waiting: StoryJson[] = [];

  of(story: Story): number {
    const known = this.#numbers.get(story);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(story, number);
    this.#waiting.push(storyJson(story));
    return number;
  }

  /** Those that wait, in whole parts: so a story's number tells where it stands. */
  *parts(): Generator<Part> {
    while (this.#waiting.length >= storiesInPart) yield this.#part(this.#waiting.splice(0, storiesInPart));
  }

  *rest(): Generator<Part> {
    yield* this.parts();
    if (this.#waiting.length > 0) yield this.#part(this.#waiting.splice(0));
  }

  #part(stories: StoryJson[]): Part {
    return { kind: "stories", first: this.#numbers.size - this.#waiting.length - stories.length, stories };
  }
}
