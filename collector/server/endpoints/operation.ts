import type { BuildNews } from "../../index/indexer.ts";
import { type Endpoint, endpoint, text } from "../endpoint.ts";
import { openApi } from "../openapi.ts";
import { apiVersion, sendBytes, sendJson, sendProblem } from "../respond.ts";

/** Those who watch at one time. */
const mostWatchers = 200;
/** Bytes that may wait for one who watches and does not read. */
const mostUnread = 1 << 20;
/** So often something is sent, that who is between does not think the connection dead. Milliseconds. */
const heartbeat = 15_000;

/** How the collector itself is. @param all every endpoint, for the document of them */
export function operationEndpoints(all: () => readonly Endpoint[]): readonly Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/healthz",
      scope: undefined,
      summary: "Whether the collector runs",
      parameters: {},
      content: { "application/json": "Health" },
      respond: ({ request, response }) => sendJson(request, response, { version: apiVersion, ok: true }),
    }),
    endpoint({
      method: "GET",
      path: "/v1/openapi.json",
      scope: undefined,
      summary: "This document",
      parameters: {},
      content: { "application/json": "Document" },
      respond: ({ request, response }) => sendJson(request, response, openApi(all())),
    }),
    endpoint({
      method: "GET",
      path: "/metrics",
      scope: "read",
      summary: "What the collector counts, in the text format of Prometheus",
      parameters: {},
      content: { "text/plain; version=0.0.4; charset=utf-8": undefined },
      respond: ({ collector, request, response }) =>
        sendBytes(
          request,
          response,
          Buffer.from(collector.metrics.print(), "utf8"),
          "text/plain; version=0.0.4; charset=utf-8",
        ),
    }),
    endpoint({
      method: "GET",
      path: "/v1/events",
      scope: "read",
      summary: "What happens to builds, as it happens: server-sent events, each with a News in its data",
      parameters: { build: text("key or id of the only build to be told of", 256) },
      content: { "text/event-stream": "News" },
      respond: ({ collector, values: { build }, request, response }) => {
        if (collector.indexer.watching >= mostWatchers) {
          sendProblem(request, response, 503, `${mostWatchers} are watching already; try again later`);
          return;
        }
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.flushHeaders();
        let last = 0;
        const beat = setInterval(() => response.write(":\n\n"), heartbeat);
        const stop = collector.indexer.watch((news) => {
          if (build !== "" && news.facts.key !== build && news.facts.build !== build) return;
          // Who does not read is cut off, and can come back: what happened since, the list of builds tells.
          if (response.writableLength > mostUnread) response.destroy();
          else
            response.write(`id: ${++last}\nevent: ${news.kind}\ndata: ${JSON.stringify(newsJson(news))}\n\n`);
        });
        response.on("close", () => {
          clearInterval(beat);
          stop();
        });
      },
    }),
  ];
}

function newsJson(news: BuildNews) {
  const { kind, facts } = news;
  const live = kind === "progress" ? news.live : undefined;
  return {
    version: apiVersion,
    kind,
    key: facts.key,
    id: facts.build,
    size: facts.size,
    events: live === undefined ? 0 : Object.values(live.events).reduce((sum, count) => sum + count, 0),
    packages: live?.packages ?? 0,
    script: live === undefined || live.script === "" ? null : `lb ${live.script}`,
    problem: kind === "failed" ? news.problem : null,
  };
}
