import type { Build } from "../../../collector/model/build.ts";
import { Stories } from "../../../collector/story/story.ts";
import { type WhyJson, whyJson } from "../../../collector/why/json.ts";
import { why } from "../../../collector/why/why.ts";

/** What `isotrace why --format json` says. */
export function storyOf(build: Build, path: string): WhyJson {
  return whyJson(build, path, why(build, new Stories(build), path));
}

/** Each writer in one line: what it did, and its command. */
export function writersOf(build: Build, path: string): string[] {
  return storyOf(build, path).writers.map(
    ({ operation, command, of }) =>
      `${of === "this" ? "" : `${of}: `}${operation} by ${command.join(" ") || "?"}`,
  );
}
