import type { IncomingMessage, ServerResponse } from "node:http";
import { ThreadError } from "../index/threads/calls.ts";
import { Overloaded } from "../index/threads/threaded-models.ts";
import { StoreError } from "../store/recording-store.ts";
import { callerOf, may } from "./access.ts";
import type { Collector } from "./collector.ts";
import type { Endpoint } from "./endpoint.ts";
import { BuildInUse } from "./endpoints/builds.ts";
import { endpoints } from "./endpoints.ts";
import { BadRequest, valuesOf } from "./parameters.ts";
import { sendProblem } from "./respond.ts";

/** Longer requests are no one's: paths have 4096 bytes, three times that in a URL. */
const longestUrl = 16_384;

/** Answers one request; what fails is answered, too. */
export async function answer(
  collector: Collector,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on("finish", () => collector.metrics.answered(response.statusCode));
  try {
    await respond(collector, request, response);
  } catch (error) {
    const known = statusOf(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (known !== undefined) {
      sendProblem(request, response, known, (error as Error).message);
      return;
    }
    const { pathname } = urlOf(request) ?? { pathname: "" };
    collector.log("warn", "request failed", { path: pathname, message: (error as Error).message });
    sendProblem(request, response, 500, "the collector failed; its log says why");
  }
}

async function respond(
  collector: Collector,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const problem = (status: number, message: string) => sendProblem(request, response, status, message);
  const url = urlOf(request);
  if (url === undefined) return problem(400, "the request has no URL that can be understood");
  const found = endpoints.flatMap((endpoint) => {
    const build = buildIn(endpoint.path, url.pathname);
    return build === undefined ? [] : [{ endpoint, build }];
  });
  if (found.length === 0)
    return problem(404, "there is no such thing here; /v1/openapi.json lists what there is");
  const method = request.method === "HEAD" ? "GET" : request.method;
  const match = found.find(({ endpoint }) => endpoint.method === method);
  if (match === undefined) {
    const methods = found.map(({ endpoint }) => endpoint.method);
    response.setHeader("allow", methods.join(", "));
    return problem(405, `this method is not for it; ${methods.join(" or ")} is`);
  }
  const { endpoint, build } = match;
  const caller = callerOf(request, collector.tokens);
  const { scope } = endpoint;
  if (scope !== undefined && caller === undefined)
    return problem(401, "a token is needed, and none that is known was given");
  if (scope !== undefined && !may(caller!, scope))
    return problem(403, `the token does not have the scope "${scope}"`);
  const values = valuesOf(endpoint.parameters, url.searchParams);
  await endpoint.respond({ collector, caller, values, build, request, response });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof BadRequest) return 400;
  if (error instanceof BuildInUse) return 409;
  if (error instanceof StoreError) return { absent: 404, busy: 409, damaged: 500 }[error.code];
  if (error instanceof Overloaded) return 503;
  if (error instanceof ThreadError) return statusOfThread(error.kind);
  return undefined;
}

/** By the name of what was thrown there. */
function statusOfThread(kind: string): number | undefined {
  switch (kind) {
    case "BadCursor":
      return 400;
    case "NothingToSay":
    case "ManifestError":
    case "NotARecording":
      return 422;
    default:
      return undefined;
  }
}

function urlOf({ url = "" }: IncomingMessage): URL | undefined {
  if (url.length > longestUrl || !url.startsWith("/")) return undefined;
  return URL.canParse(`http://collector${url}`) ? new URL(`http://collector${url}`) : undefined;
}

/** What a path has in the place of `{build}`, "" if the pattern has none; undefined if it is not of that pattern. */
function buildIn(pattern: Endpoint["path"], path: string): string | undefined {
  const [before, after] = pattern.split("{build}") as [string, string?];
  if (after === undefined) return path === pattern ? "" : undefined;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const given = path.slice(before.length, path.length - after.length);
  if (given === "" || given.includes("/")) return undefined;
  try {
    return decodeURIComponent(given);
  } catch {
    return undefined; // it has bytes that are not UTF-8: no build's id has
  }
}
