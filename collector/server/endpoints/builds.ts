import { type BuildQuery, buildStates } from "../../index/index-store.ts";
import { fromJsonText } from "../../model/bytes.ts";
import { buildJson } from "../build-json.ts";
import type { Collector } from "../collector.ts";
import { after, type Endpoint, endpoint, limit, text, words } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { BadRequest } from "../parameters.ts";
import { apiVersion, sendJson } from "../respond.ts";

const search = {
  name: text("of the build; * stands for anything", 256),
  id: text("of the build; * stands for anything", 256),
  host: text("that it ran on; * stands for anything", 256),
  owner: text("the name of the token that sent it", 64),
  state: words("of the recording", buildStates),
  label: {
    description: "NAME=VALUE; of several all must fit",
    schema: { type: "array", maxItems: 16, items: { type: "string", maxLength: 512, pattern: "^[^=]+=" } },
  },
  package: text("that it used", 256),
  version: text("of that package", 256),
  path: text("that its image has: absolute, or /binary/...", 4096),
  finding: text("fingerprint of a finding that it has", 128),
  limit: { ...limit, schema: { ...limit.schema, default: 50 } },
  after,
} as const;

export const buildEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/builds",
    scope: "read",
    summary: "Lists and searches builds, newest first",
    parameters: search,
    content: { "application/json": "BuildPage" },
    respond: async ({ collector, values, request, response }) => {
      const { label, path, state, ...same } = values;
      for (const each of [values.name, values.id, values.host]) checkPattern(each);
      if (values.version !== "" && values.package === "") throw new BadRequest("version needs package");
      const query: BuildQuery = {
        ...same,
        state: state as BuildQuery["state"],
        labels: label.map(labelOf),
        path: fromJsonText(path),
      };
      const { items, next } = await collector.index.builds(query);
      const builds = items.flatMap((each) => {
        const facts = collector.store.find(each.key);
        return facts === undefined ? [] : [buildJson(facts, collector.store.isBeingReceived(each.key), each)];
      });
      sendJson(request, response, { version: apiVersion, builds, next });
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}",
    scope: "read",
    summary: "Tells what is known of one build",
    parameters: {},
    content: { "application/json": "BuildAnswer" },
    respond: async ({ collector, build, request, response }) =>
      sendJson(request, response, await answerOf(collector, build)),
  }),
  endpoint({
    method: "PUT",
    path: "/v1/builds/{build}/pin",
    scope: "admin",
    summary: "Keeps a build, whatever the retention rules say",
    parameters: {},
    content: { "application/json": "BuildAnswer" },
    respond: (asked) => pin(asked, true),
  }),
  endpoint({
    method: "DELETE",
    path: "/v1/builds/{build}/pin",
    scope: "admin",
    summary: "Leaves a build to the retention rules again",
    parameters: {},
    content: { "application/json": "BuildAnswer" },
    respond: (asked) => pin(asked, false),
  }),
  endpoint({
    method: "DELETE",
    path: "/v1/builds/{build}",
    scope: "admin",
    summary: "Removes a build that is not pinned and not being received",
    parameters: {},
    content: { "application/json": "Removed" },
    respond: async ({ collector, caller, build, request, response }) => {
      const facts = findBuild(collector.store, build);
      if (facts.isPinned) throw new BuildInUse(`build ${facts.key} is pinned; unpin it first`);
      if (collector.readers.isRead(facts.key))
        throw new BuildInUse(`build ${facts.key} is being read; try again`);
      collector.store.remove(facts.key);
      await collector.indexer.removed(facts);
      collector.log("info", "build removed", { key: facts.key, by: caller?.name ?? "" });
      sendJson(request, response, { version: apiVersion, key: facts.key });
    },
  }),
];

/** It cannot be removed now. */
export class BuildInUse extends Error {
  override readonly name = "BuildInUse";
}

async function pin(
  { collector, caller, build, request, response }: Parameters<Endpoint["respond"]>[0],
  on: boolean,
): Promise<void> {
  const { key } = findBuild(collector.store, build);
  collector.store.pin(key, on);
  collector.log("info", on ? "build pinned" : "build unpinned", { key, by: caller?.name ?? "" });
  sendJson(request, response, await answerOf(collector, key));
}

async function answerOf({ store, index }: Collector, given: string) {
  const facts = findBuild(store, given);
  const known = await index.build(facts.key);
  return { version: apiVersion, build: buildJson(facts, store.isBeingReceived(facts.key), known) };
}

function labelOf(given: string): { name: string; value: string } {
  const at = given.indexOf("=");
  return { name: given.slice(0, at), value: given.slice(at + 1) };
}

/** Many of them would make the comparison slow. */
function checkPattern(given: string): void {
  if (given.split("*").length > 5) throw new BadRequest("a name, id or host may have * four times");
}
