import { close } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { Layout } from "../layout.ts";
import { serialPattern } from "../serial.ts";
import { cacheControl } from "./cache.ts";
import { type OpenFile, openServed } from "./open.ts";
import { parsePath } from "./path.ts";
import { pump } from "./pump.ts";
import { parseRange } from "./range.ts";

const closed = promisify(close);

export interface ServeOptions {
  /** Nothing but this tag is served, if it is given. */
  readonly onlyTag?: string | undefined;
}

/** Answers one request, with a file or with an error's status alone. */
export async function answer(
  layout: Layout,
  { onlyTag }: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return refuse(response, 405);
  }
  const path = parsePath(request.url ?? "");
  if (path.kind === "refused") return refuse(response, path.status);
  const { components } = path;
  if (onlyTag !== undefined && components[0] !== onlyTag) return refuse(response, 404);
  const file = await openServed(layout, components);
  if (file === undefined) return refuse(response, 404);
  response.setHeader("Cache-Control", cacheControl(components, isTag(components)));
  try {
    await send(file, request, response);
  } finally {
    await closed(file.fd);
  }
}

/** Everything that is not `ARCHIVE/SERIAL/...`, `ARCHIVE/project/...` or a key at the top. */
function isTag([, second]: readonly string[]): boolean {
  return second !== undefined && second !== "project" && !serialPattern.test(second);
}

async function send(file: OpenFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { fd, stats } = file;
  const etag = `"${stats.size.toString(16)}-${Math.round(stats.mtimeMs * 1000).toString(16)}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Last-Modified", stats.mtime.toUTCString());
  response.setHeader("Accept-Ranges", "bytes");
  if (isUnchanged(request, etag, stats.mtime)) return end(response, 304);
  const range = parseRange(
    mayRange(request, etag, stats.mtime) ? request.headers.range : undefined,
    stats.size,
  );
  if (range.kind === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${stats.size}`);
    return end(response, 416);
  }
  const [start, last] = range.kind === "whole" ? [0, stats.size - 1] : [range.first, range.last];
  if (range.kind === "part") response.setHeader("Content-Range", `bytes ${start}-${last}/${stats.size}`);
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Content-Length", last - start + 1);
  response.statusCode = range.kind === "whole" ? 200 : 206;
  if (request.method === "HEAD" || last < start) return end(response, response.statusCode);
  await pump(fd, start, last, response);
  response.end();
}

/** RFC 9110, 13.2.2: the entity tag counts before the time. */
function isUnchanged({ headers }: IncomingMessage, etag: string, time: Date): boolean {
  const tags = headers["if-none-match"];
  if (tags !== undefined)
    return tags.trim() === "*" || tags.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return Math.floor(time.getTime() / 1000) * 1000 <= since;
}

/** `If-Range` (RFC 9110, 13.1.5): a part only of what the client has the rest of. */
function mayRange({ headers }: IncomingMessage, etag: string, time: Date): boolean {
  const condition = headers["if-range"];
  if (typeof condition !== "string") return true;
  return condition === etag || Date.parse(condition) === Math.floor(time.getTime() / 1000) * 1000;
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.setHeader("Content-Length", 0);
  response.end();
}
