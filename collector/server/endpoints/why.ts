import { fromJsonText } from "../../model/bytes.ts";
import { StoreError } from "../../store/recording-store.ts";
import type { WhyJson } from "../../why/json.ts";
import type { Collector } from "../collector.ts";
import { type Endpoint, endpoint, text } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { BadRequest } from "../parameters.ts";
import { recordingOf } from "../recording-of.ts";
import { sendJson } from "../respond.ts";

export const whyEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/why",
    scope: "read",
    summary: "Who wrote a path of the image, as `isotrace why --format json` prints it",
    parameters: {
      path: text("absolute as inside the image, or /binary/...", 4096),
      bytes: text("the path's bytes in base64, for one that is not UTF-8", 8192),
    },
    content: { "application/json": "Why" },
    respond: async ({ collector, build, values, request, response }) => {
      if ((values.path === "") === (values.bytes === "")) throw new BadRequest("give path or bytes");
      const path = values.path === "" ? fromJsonText({ bytes: values.bytes }) : fromJsonText(values.path);
      if (!path.startsWith("/"))
        throw new BadRequest('path must be absolute inside the image; begin it with "/"');
      const found = await whyOf(collector, build, path);
      if (found === undefined) {
        const shown = JSON.stringify(path.slice(0, 200));
        throw new StoreError("absent", `no such path was ever in the image: ${shown}`);
      }
      sendJson(request, response, found);
    },
  }),
];

/** From the index if it has all of it, and else from the recording. */
async function whyOf(collector: Collector, build: string, path: string): Promise<WhyJson | undefined> {
  const facts = findBuild(collector.store, build);
  const indexed = await collector.index.build(facts.key);
  const found = indexed?.state === "ready" ? await collector.index.why(facts.key, path) : "cut";
  if (found !== "cut") return found;
  return collector.readers.during([facts.key], () =>
    collector.models.ask("why", recordingOf(collector, facts), path),
  );
}
