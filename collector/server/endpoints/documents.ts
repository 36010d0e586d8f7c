import { diffFormats } from "../../index/models/diff-formats.ts";
import { manifestFormats } from "../../manifest/formats/formats.ts";
import { findingsFormats } from "../../nondeterminism/formats/formats.ts";
import { type Endpoint, endpoint, text, words } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { BadRequest } from "../parameters.ts";
import { recordingOf } from "../recording-of.ts";
import { sendBytes } from "../respond.ts";

const manifestTypes: Readonly<Record<string, string>> = {
  tails: "application/yaml",
  json: "application/json",
  cyclonedx: "application/vnd.cyclonedx+json",
  spdx: "application/spdx+json",
  slsa: "application/vnd.in-toto+json",
  "runtime-trace": "application/vnd.in-toto+json",
};
const findingsTypes: Readonly<Record<string, string>> = {
  json: "application/json",
  sarif: "application/sarif+json",
  junit: "application/xml",
  markdown: "text/markdown; charset=utf-8",
};
const plainText = "text/plain; charset=utf-8";

/** What the commands print of one build, or of two. */
export const documentEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/manifest",
    scope: "read",
    summary: "The manifest, as `isotrace manifest` prints it",
    parameters: {
      format: words(
        "as of `isotrace manifest --format`",
        manifestFormats.map(({ name }) => name),
        "json",
      ),
    },
    content: contentOf([...manifestFormats.map(({ name }) => manifestTypes[name] ?? plainText)]),
    respond: async ({ collector, build, values: { format }, request, response }) => {
      const facts = findBuild(collector.store, build);
      const body = await collector.readers.during([facts.key], () =>
        collector.models.ask("manifest", recordingOf(collector, facts), format),
      );
      sendBytes(request, response, body, manifestTypes[format] ?? plainText);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/findings",
    scope: "read",
    summary: "All that will differ in the next build, as `isotrace findings` prints it",
    parameters: {
      format: words(
        "as of `isotrace findings --format`",
        findingsFormats.map(({ name }) => name),
        "json",
      ),
    },
    content: contentOf(findingsFormats.map(({ name }) => findingsTypes[name] ?? plainText)),
    respond: async ({ collector, build, values: { format }, request, response }) => {
      const facts = findBuild(collector.store, build);
      const known =
        format === "json" ? await collector.index.document(facts.key, "findings.json") : undefined;
      const body =
        known === undefined
          ? await collector.readers.during([facts.key], () =>
              collector.models.ask("findings", recordingOf(collector, facts), format),
            )
          : Buffer.from(known, "utf8");
      sendBytes(request, response, body, findingsTypes[format] ?? plainText);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/diff",
    scope: "read",
    summary: "What differs between two builds, as `isotrace diff` prints it",
    parameters: {
      a: text("key or id of a build", 256),
      b: text("key or id of another", 256),
      format: words("as of `isotrace diff --format`", diffFormats, "json"),
    },
    content: contentOf(["application/json", plainText, "text/markdown; charset=utf-8"]),
    respond: async ({ collector, values: { a, b, format }, request, response }) => {
      if (a === "" || b === "") throw new BadRequest("give a and b");
      const [one, other] = [findBuild(collector.store, a), findBuild(collector.store, b)];
      const body = await collector.readers.during([one.key, other.key], () =>
        collector.models.ask(
          "diff",
          recordingOf(collector, one),
          recordingOf(collector, other),
          diffFormats.find((each) => each === format)!,
        ),
      );
      const types = { json: "application/json", text: plainText, markdown: "text/markdown; charset=utf-8" };
      sendBytes(request, response, body, types[format as keyof typeof types]);
    },
  }),
];

function contentOf(types: readonly string[]): Endpoint["content"] {
  return Object.fromEntries(
    types.map((type) => [type, type.endsWith("json") ? ("Document" as const) : undefined]),
  );
}
