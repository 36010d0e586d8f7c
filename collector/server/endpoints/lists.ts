import { fromJsonText, jsonText } from "../../model/bytes.ts";
import { confidences, sources } from "../../nondeterminism/source.ts";
import { after, type Endpoint, endpoint, limit, text, words } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { apiVersion, sendJson } from "../respond.ts";

const relations = ["shipped", "changed", "generated"] as const;

/** What the index has of one build, page by page. */
export const listEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/finding-list",
    scope: "read",
    summary: "Findings of one source or confidence, page by page, without their evidence",
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
];
