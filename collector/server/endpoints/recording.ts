import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { findBuild } from "../find-build.ts";
import { isKnown, sendProblem } from "../respond.ts";

/** A client that takes nothing for so long is gone. Milliseconds. */
const patience = 60_000;

export const recordingEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/builds/{build}/recording",
    scope: "read",
    summary:
      "The recording as the agent sent it, as far as it is durable; one range of bytes may be asked for",
    parameters: {},
    content: { "application/octet-stream": undefined },
    respond: async ({ collector, build, request, response }) => {
      const { key, size, sha256 } = findBuild(collector.store, build);
      const etag = sha256 === "" ? `"${key}-${size}"` : `"${sha256}"`;
      if (isKnown(request, etag)) {
        response.writeHead(304, { etag });
        response.end();
        return;
      }
      const range = rangeOf(request.headers.range, String(request.headers["if-range"] ?? etag), etag, size);
      if (range === "unsatisfiable") {
        response.setHeader("content-range", `bytes */${size}`);
        sendProblem(request, response, 416, `the recording has ${size} bytes`);
        return;
      }
      const { from, to } = range ?? { from: 0, to: size };
      response.writeHead(range === undefined ? 200 : 206, {
        "content-type": "application/octet-stream",
        "content-length": to - from,
        "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
        etag,
        ...(sha256 === ""
          ? {}
          : { "repr-digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:` }),
        ...(range === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${size}` }),
      });
      if (request.method === "HEAD" || from === to) {
        response.end();
        return;
      }
      response.setTimeout(patience, () => response.destroy());
      const file = createReadStream(collector.store.path(key), { start: from, end: to - 1 });
      await collector.readers.during([key], () => pipeline(file, response));
    },
  }),
];

/** One range, as RFC 9110 (section 14.1.2) has it; undefined for the whole, which is also what several are answered with. */
function rangeOf(
  given: string | undefined,
  only: string,
  etag: string,
  size: number,
): { from: number; to: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(given ?? "");
  if (match === null || only !== etag) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === "" && last === "") return undefined;
  if (first === "")
    return size === 0 ? "unsatisfiable" : { from: Math.max(size - Number(last), 0), to: size };
  const from = Number(first);
  const to = last === "" ? size : Math.min(Number(last) + 1, size);
  return from < to ? { from, to } : "unsatisfiable";
}
