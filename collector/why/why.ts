import type { Build } from "../model/build.ts";
import type { Stories } from "../story/story.ts";
import type { PackageName } from "../story/versions.ts";
import { type Writer, writersOf } from "../story/writers.ts";
import { type Resolved, resolvePath } from "./resolve.ts";

export type State = "shipped" | "changed" | "generated" | "absent";

/** The story of one path of the image. */
export interface Why {
  readonly resolved: Resolved;
  readonly state: State;
  /** The state is what the content says, or, where that is not known, only what the writers say. */
  readonly stateFrom: "content" | "history";
  /** The package that owns the path by the image's dpkg database. */
  readonly package: PackageName | null;
  /** Newest first. */
  readonly writers: readonly Writer[];
}

/** @param asked an absolute path in the image, or below `/binary/`; a byte string. */
export function why(build: Build, stories: Stories, asked: string): Why {
  const resolved = resolvePath(build, asked);
  const { path, entry, history, image } = resolved;
  const [owner = "", architecture = ""] = (entry?.package ?? "").split(":");
  const writers = writersOf(build, stories, path, owner, history);
  const known = entry === undefined || entry.relation === "" ? undefined : entry.relation;
  const state = known ?? stateByHistory(resolved, writers);
  return {
    resolved,
    state,
    stateFrom: known === undefined && state !== "absent" ? "history" : "content",
    package:
      owner === ""
        ? null
        : stories.versions.find(
            owner,
            architecture,
            image?.directory,
            image?.time ?? Number.POSITIVE_INFINITY,
          ),
    writers,
  };
}

/** Where the content could not be compared: the last writer unpacked it, or somebody wrote to it afterwards. */
function stateByHistory({ entry, image, path, isKnown }: Resolved, writers: readonly Writer[]): State {
  const isThere =
    entry !== undefined || (isKnown && image?.entries.size === 0 && image.tree?.isPresent(path));
  if (!isThere) return "absent";
  const own = writers.filter((writer) => !writer.isOfEarlierFile);
  const unpacked = own.findIndex(
    (writer) => writer.package !== null && writer.story.maintainerScript === undefined,
  );
  if (unpacked === 0) return "shipped";
  if (entry !== undefined && entry.package !== "") return own.length === 0 ? "shipped" : "changed";
  return unpacked > 0 ? "changed" : "generated";
}
