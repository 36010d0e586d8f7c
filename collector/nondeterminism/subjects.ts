import type { ContentEvent } from "../../proto/events.ts";
import { byteOrder } from "../manifest/build-manifest.ts";
import type { ImageEntry } from "../model/image.ts";
import type { Material } from "../report/report.ts";
import { writersOf } from "../story/writers.ts";
import { Budget, BuildBudget } from "./containers/budget.ts";
import { openContainer } from "./containers/containers.ts";
import { variablesOf } from "./environment.ts";
import { familyOf } from "./family.ts";
import type { Subject } from "./subject.ts";

/** Every file of the image and of `binary/` that is not just what a package shipped, in byte order of the paths. */
export function* subjectsOf(material: Material): Generator<Subject> {
  const { build } = material;
  const budget = new BuildBudget();
  for (const image of [build.image, build.binary]) {
    if (image === undefined) continue;
    const paths = [...image.entries.values()].filter(isOfTheBuild);
    paths.sort((a, b) => byteOrder(a.path, b.path));
    for (const entry of paths) yield subjectOf(material, entry, budget);
  }
}

/** Directories and links have no content, but times and modes of their own: those of packages are theirs. */
function isOfTheBuild({ relation, package: owner, type }: ImageEntry): boolean {
  return relation !== "shipped" && (type === "file" || owner === "");
}

/** One file as detectors see it. */
export function subjectOf({ build, stories }: Material, entry: ImageEntry, budget: BuildBudget): Subject {
  const owner = entry.package.split(":")[0]!;
  const writers = writersOf(build, stories, entry.path, owner, entry).filter(
    ({ isOfEarlierFile }) => !isOfEarlierFile,
  );
  const kept = entry.sha256 === "" ? undefined : build.contents.get(entry.sha256);
  const isSecret = kept?.omitted === "secret";
  // Of some secrets the rest is there: shadow(5) without its hashes.
  const isThere = kept !== undefined && (!isSecret || kept.data.length > 0);
  return {
    path: entry.path,
    within: [],
    entry,
    content: isThere ? Buffer.from(kept.data) : undefined,
    isWhole: isThere && (isSecret || kept.omitted === ""),
    problem: kept === undefined ? "" : problemOf(kept),
    isSecret,
    writers,
    family: familyOf(build, writers),
    variables: variablesOf(build, writers),
    budget: new Budget(budget),
  };
}

function problemOf({ omitted, size, data }: ContentEvent): string {
  switch (omitted) {
    case "":
      return "";
    case "secret":
      return "its content is a secret, and was not recorded";
    case "budget":
      return "its content was not recorded: too much was";
    default:
      return `the first ${data.length} bytes of ${size} were recorded`;
  }
}

/** The members of a file that is a container, with the writers of the file. What is not opened is one without content. */
export function* membersOf(subject: Subject): Generator<Subject> {
  const { content, isWhole, budget } = subject;
  if (content === undefined) return;
  for (const { name, data, isCut, problem } of openContainer(content, isWhole, budget)) {
    yield {
      ...subject,
      within: [...subject.within, name],
      entry: undefined,
      content: data.length === 0 ? undefined : data,
      isWhole: !isCut,
      problem,
    };
  }
}
