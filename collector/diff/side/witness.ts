import type { ContentEvent } from "../../../proto/events.ts";
import type { Build } from "../../model/build.ts";
import { type Image, type ImageEntry, membersOf } from "../../model/image.ts";
import { Directory, directoryAt } from "../../model/item.ts";
import type { Command } from "../../model/process.ts";
import { BuildBudget } from "../../nondeterminism/containers/budget.ts";
import { byBlame, culpritsOf } from "../../nondeterminism/culprit.ts";
import { detectors } from "../../nondeterminism/detectors.ts";
import { type Facts, factsOf } from "../../nondeterminism/facts.ts";
import type { Source } from "../../nondeterminism/source.ts";
import { subjectOf } from "../../nondeterminism/subjects.ts";
import type { Material } from "../../report/report.ts";
import type { Stories } from "../../story/story.ts";
import { type Writer, writersOf } from "../../story/writers.ts";
import { DirectoryTimes } from "./directory-times.ts";
import type { Content, Evidence, MemberEvidence, Question, WriterSummary } from "./evidence.ts";
import { commandText, Identities } from "./identity.ts";
import { Surroundings } from "./surroundings.ts";

/** Writers of one path that are told of, and processes of one chain. */
const mostWriters = 16;
const mostChain = 24;
/** What detectors look at: of more files there is no evidence of this kind. Bytes, together. */
const mostDetected = 16 << 20;

interface CommandTexts {
  readonly line: string;
  readonly identity: string;
}

/** Tells what one recording knows of paths that differ. */
export class Witness {
  readonly #material: Material;
  readonly #build: Build;
  readonly #stories: Stories;
  readonly #facts: Facts;
  readonly #identities: Identities;
  readonly #surroundings: Surroundings;
  readonly #texts = new Map<Command, CommandTexts>();
  readonly #directories = new Map<Image, DirectoryTimes>();
  /** One object for one writer, however many paths it wrote: what passes to another thread stays small. */
  readonly #summaries = new Map<string, WriterSummary>();
  readonly #budget = new BuildBudget();
  #detected = 0;

  constructor(material: Material) {
    const { build, stories } = material;
    this.#material = material;
    this.#build = build;
    this.#stories = stories;
    this.#facts = factsOf(build);
    this.#identities = new Identities(this.#facts);
    this.#surroundings = new Surroundings(build, stories);
  }

  of({ path, about }: Question): Evidence {
    const image = this.#imageOf(path);
    const entry = image?.entries.get(path);
    const changed = entry?.type === "directory" ? this.#directoryOf(image!).of(entry) : undefined;
    const writers = changed === undefined ? this.#writers(image, path, entry, about) : [changed.writer];
    const content = this.#content(
      image === undefined ? this.#fileDigest(path) : (entry?.sha256 ?? ""),
      entry,
    );
    const around = this.#surroundings.of(writers);
    return {
      path,
      entry,
      content,
      members: this.#members(entry),
      writers: writers.slice(0, mostWriters).map((writer) => this.#summary(writer)),
      culprits: culpritsOf(writers),
      ...around,
      detected: this.#detect(entry, content),
      changedBy: changed?.name,
    };
  }

  /** Undefined for a file of an image, whose path begins with no slash. */
  #imageOf(path: string): Image | undefined {
    if (!path.startsWith("/")) return undefined;
    return path === "/binary" || path.startsWith("/binary/") ? this.#build.binary : this.#build.image;
  }

  #writers(
    image: Image | undefined,
    path: string,
    entry: ImageEntry | undefined,
    about: Question["about"],
  ): Writer[] {
    const owner = entry?.package.split(":")[0] ?? "";
    const history = image === undefined ? this.#fileHistory(path) : (entry ?? image.tree?.get(path));
    const all = writersOf(this.#build, this.#stories, path, owner, history ?? { history: 0, past: 0 });
    const own = all.filter(({ isOfEarlierFile }) => !isOfEarlierFile);
    return likeliestFirst(own.length > 0 ? own : all, about);
  }

  #fileHistory(path: string): { history: number; past: number } | undefined {
    const names = path.split("/");
    const name = names.pop()!;
    const item = directoryAt(this.#build.tree.top, names)?.children.get(name);
    return item === undefined || item instanceof Directory ? undefined : { history: item.history, past: 0 };
  }

  #fileDigest(path: string): string {
    return this.#build.images.findLast((image) => image.of === "file" && image.path === path)?.sha256 ?? "";
  }

  #content(sha256: string, entry: ImageEntry | undefined): Content {
    if (entry !== undefined && entry.type !== "file") return { kind: "none", because: "it has no content" };
    const kept = sha256 === "" ? undefined : this.#build.contents.get(sha256);
    if (kept === undefined) return { kind: "none", because: notKept(entry) };
    const { data, omitted, size } = kept;
    if (omitted === "") return { kind: "whole", data };
    if (data.length === 0) return { kind: "none", because: reasons[omitted] };
    const lacks = omitted === "secret" ? "its secrets" : `all but its first ${data.length} of ${size} bytes`;
    return { kind: "part", data, lacks };
  }

  #members(entry: ImageEntry | undefined): ReadonlyMap<string, MemberEvidence> | undefined {
    const members = entry === undefined ? undefined : membersOf(this.#build.images, entry);
    if (members === undefined) return undefined;
    return new Map(
      [...members].map(([path, member]) => [
        path,
        { entry: member, content: this.#content(member.sha256, member) },
      ]),
    );
  }

  #directoryOf(image: Image): DirectoryTimes {
    const known = this.#directories.get(image);
    if (known !== undefined) return known;
    const made = new DirectoryTimes(this.#build, this.#stories, image);
    this.#directories.set(image, made);
    return made;
  }

  #summary(writer: Writer): WriterSummary {
    const { story, process, epoch, operation, package: owner, isUncertain, unknown = null } = writer;
    const key = [process, epoch, operation, owner?.name, owner?.version, isUncertain, unknown].join("\0");
    const known = this.#summaries.get(key);
    if (known !== undefined) return known;
    const chain = story.chain.slice(0, mostChain).map((command) => this.#textOf(command));
    const made: WriterSummary = {
      identity: chain.map((each) => each.identity).join(" < "),
      operation,
      chain: chain.map(({ line }) => line),
      command: story.chain[0]?.argv.join("\0") ?? "",
      stage: story.stage,
      script: story.script,
      hook: story.hook,
      maintainerScript: story.maintainerScript?.label ?? null,
      package: owner,
      isUncertain,
      unknown,
    };
    this.#summaries.set(key, made);
    return made;
  }

  /** Most chains end in the same commands. */
  #textOf(command: Command): CommandTexts {
    const known = this.#texts.get(command);
    if (known !== undefined) return known;
    const { argv } = command;
    const made = { line: commandText(argv), identity: this.#identities.of(argv) };
    this.#texts.set(command, made);
    return made;
  }

  #detect(entry: ImageEntry | undefined, content: Content): Set<Source> {
    const found = new Set<Source>();
    if (entry === undefined || content.kind === "none") return found;
    this.#detected += content.data.length;
    if (this.#detected > mostDetected) return found;
    const subject = subjectOf(this.#material, entry, this.#budget);
    for (const detector of detectors) {
      for (const { source, confidence } of detector.examine(subject, this.#facts)) {
        if (confidence !== "low") found.add(source);
      }
    }
    return found;
  }
}

/** Who copied a tree did not make what is in it; nor did who only changed its mode write it. */
function likeliestFirst(writers: readonly Writer[], about: Question["about"]): Writer[] {
  if (about === "content") return [...byBlame(writers, "unclassified")];
  const isCopy = ({ operation }: Writer) => Number(operation === "copy");
  return writers.toSorted((a, b) => isCopy(a) - isCopy(b));
}

const reasons: Record<Exclude<ContentEvent["omitted"], "">, string> = {
  secret: "it is a secret",
  size: "it is too large",
  budget: "too much was kept already",
};

function notKept(entry: ImageEntry | undefined): string {
  return entry?.relation === "shipped" ? "it is as its package ships it" : "the recording has not kept it";
}
