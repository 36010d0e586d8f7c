import { diffFormats } from "../../index/models/diff-formats.ts";
import type { Recording } from "../../index/models/materials.ts";
import { manifestFormats } from "../../manifest/formats/formats.ts";
import { fromJsonText, jsonText } from "../../model/bytes.ts";
import { findingsFormats } from "../../nondeterminism/formats/formats.ts";
import { confidences, sources } from "../../nondeterminism/source.ts";
import type { Facts } from "../../store/recording-store.ts";
import { StoreError } from "../../store/recording-store.ts";
import type { Collector } from "../collector.ts";
import { after, type Endpoint, endpoint, limit, text, words } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { BadRequest } from "../parameters.ts";
import { apiVersion, sendBytes, sendJson } from "../respond.ts";

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
const relations = ["shipped", "changed", "generated"] as const;

/** What one build holds, and what differs between two. */
export const contentEndpoints: readonly Endpoint[] = [
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
    path: "/v1/builds/{build}/finding-list",
    scope: "read",
    summary: "Those of one source or confidence, page by page, without their evidence",
    parameters: {
      source: words("of nondeterminism", sources),
      confidence: words("of the finding", confidences),
      limit,
      after,
    },
    content: { "application/json": "FindingPage" },
    respond: async ({ collector, build, values, request, response }) => {
      const { key } = findBuild(collector.store, build);
      const { items, next } = await collector.index.findings(key, values);
      const findings = items.map(({ path, culprit, culpritKind, ...same }) => ({
        ...same,
        path: jsonText(path),
        culprit: culpritKind === "" ? null : { kind: culpritKind, name: jsonText(culprit) },
      }));
      sendJson(request, response, { version: apiVersion, build: key, findings, next });
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/packages",
    scope: "read",
    summary: "The packages that it used; of one that runs, those so far",
    parameters: { name: text("of the package", 256), limit, after },
    content: { "application/json": "PackagePage" },
    respond: async ({ collector, build, values, request, response }) => {
      const { key } = findBuild(collector.store, build);
      const { items, next } = await collector.index.packages(key, values);
      sendJson(request, response, { version: apiVersion, build: key, packages: items, next });
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/files",
    scope: "read",
    summary: "The paths of its image and of the binary directory, each with its last writer, in byte order",
    parameters: {
      prefix: text("that the paths begin with", 4096),
      relation: words("to the package that owns it", relations),
      package: text("name of the package that owns it", 256),
      limit,
      after,
    },
    content: { "application/json": "FilePage" },
    respond: async ({ collector, build, values, request, response }) => {
      const { key } = findBuild(collector.store, build);
      const prefix = fromJsonText(values.prefix);
      const { items, next } = await collector.index.files(key, { ...values, prefix });
      const files = items.map(({ path, target, sha256, package: owner, problem, ...same }) => ({
        path: jsonText(path),
        ...same,
        target: target === "" ? null : jsonText(target),
        sha256: sha256 === "" ? null : sha256,
        package: owner === "" ? null : owner,
        problem: problem === "" ? null : problem,
      }));
      sendJson(request, response, { version: apiVersion, build: key, files, next });
    },
  }),
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
      const facts = findBuild(collector.store, build);
      const indexed = await collector.index.build(facts.key);
      let found = indexed?.state === "ready" ? await collector.index.why(facts.key, path) : "cut";
      if (found === "cut") {
        found = await collector.readers.during([facts.key], () =>
          collector.models.ask("why", recordingOf(collector, facts), path),
        );
      }
      if (found === undefined)
        throw new StoreError(
          "absent",
          `no such path was ever in the image: ${JSON.stringify(path.slice(0, 200))}`,
        );
      sendJson(request, response, found as object);
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

function recordingOf({ store }: Collector, { key, size }: Facts): Recording {
  return { key, path: store.path(key), size };
}
