import type { Build } from "../model/build.ts";
import { type JsonText, jsonText } from "../model/bytes.ts";
import type { Story } from "../story/story.ts";
import type { PackageName } from "../story/versions.ts";
import type { Writer } from "../story/writers.ts";
import type { State, Why } from "./why.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const whyVersion = 1;

/** What `isotrace why --format json` prints. Texts that are not UTF-8 are `{"bytes": base64}`. */
export interface WhyJson {
  readonly version: number;
  readonly build: string;
  /** Whether the recording has everything that happened. */
  readonly complete: boolean;
  readonly causes: readonly string[];
  readonly path: JsonText;
  /** What was asked for, and the links of the image that led from there to `path`. */
  readonly asked: JsonText;
  readonly through: readonly { readonly link: JsonText; readonly target: JsonText }[];
  /** file, directory, symlink, ...; null for what is absent. */
  readonly type: string | null;
  readonly sha256: string | null;
  readonly state: State;
  /** `history`: the content could not be compared with the package's, so the writers decide. */
  readonly stateFrom: "content" | "history";
  /** Why the content is not known, or not certain; null if it is. */
  readonly problem: string | null;
  readonly package: PackageName | null;
  /** Newest first. */
  readonly writers: readonly WriterJson[];
}

export interface WriterJson extends StoryJson {
  /** UTC, ISO 8601. */
  readonly time: string;
  /** Since the build began. */
  readonly seconds: number;
  /** What it did, in order: create, write, attributes, rename, rename away, link, copy, delete, found. */
  readonly operation: string;
  readonly package: PackageName | null;
  /** Other names that the file had on its way. */
  readonly names: readonly JsonText[];
  /** `this`: the file that is there; `original`: what it was copied from; `earlier`: what stood there before. */
  readonly of: "this" | "original" | "earlier";
  /** Another process could have been meant. */
  readonly uncertain: boolean;
  /** Why there is no writer: found (older than the recording), gap, not seen; null if there is one. */
  readonly unknown: string | null;
}

/** What is the same for all that one command wrote. */
export interface StoryJson {
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: JsonText | null;
  readonly run: JsonText | null;
  readonly maintainerScript: JsonText | null;
  readonly command: readonly JsonText[];
  readonly chain: readonly { readonly command: readonly JsonText[]; readonly executable: JsonText }[];
}

export function whyJson(build: Build, asked: string, found: Why): WhyJson {
  const { resolved, state, stateFrom, writers } = found;
  const { entry } = resolved;
  const { complete, causes } = build.causes();
  return {
    version: whyVersion,
    build: build.id,
    complete,
    causes,
    path: jsonText(resolved.path),
    asked: jsonText(asked),
    through: resolved.through.map(({ link, target }) => ({ link: jsonText(link), target: jsonText(target) })),
    type: entry?.type ?? null,
    sha256: entry === undefined || entry.sha256 === "" ? null : entry.sha256,
    state,
    stateFrom,
    problem: entry === undefined || entry.problem === "" ? null : entry.problem,
    package: found.package,
    writers: writers.map((writer) => writerJson(build, writer)),
  };
}

function writerJson(build: Build, writer: Writer): WriterJson {
  return joinWriter(deedJson(build, writer), storyJson(writer.story));
}

/** Always in one order: the same writer has the same bytes, wherever it was kept. */
export function joinWriter(deed: Omit<WriterJson, keyof StoryJson>, story: StoryJson): WriterJson {
  const { time, seconds, operation, package: ofPackage, ...rest } = deed;
  const { maintainerScript, command, chain, ...place } = story;
  return {
    time,
    seconds,
    operation,
    ...place,
    package: ofPackage,
    maintainerScript,
    command,
    chain,
    ...rest,
  };
}

/** What a writer did, without its story. */
export function deedJson(build: Build, writer: Writer): Omit<WriterJson, keyof StoryJson> {
  return {
    time: build.clock.iso(writer.time),
    seconds: (writer.time - build.begin) / 1e6,
    operation: writer.operation,
    package: writer.package,
    names: writer.names.map(jsonText),
    of: writer.isOfEarlierFile ? "earlier" : writer.isOfOriginal ? "original" : "this",
    uncertain: writer.isUncertain,
    unknown: writer.unknown ?? null,
  };
}

export function storyJson(story: Story): StoryJson {
  return {
    stage: story.stage,
    script: story.script,
    hook: nullable(story.hook),
    run: nullable(story.run),
    maintainerScript: nullable(story.maintainerScript?.label ?? null),
    command: (story.chain[0]?.argv ?? []).map(jsonText),
    chain: story.chain.map(({ argv, executable }) => ({
      command: argv.map(jsonText),
      executable: jsonText(executable),
    })),
  };
}

function nullable(text: string | null): JsonText | null {
  return text === null ? null : jsonText(text);
}
