import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Version of the JSON that is answered: raised when a field changes its meaning or goes. */
export const apiVersion = 1;

/** Answers with JSON. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  body: object,
  status = 200,
): void {
  sendBytes(request, response, Buffer.from(`${JSON.stringify(body)}\n`), "application/json", status);
}

/** Answers with a whole body, or with nothing but its ETag if who asks has it already (RFC 9110, section 13.1.2). */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  type: string,
  status = 200,
): void {
  const common = { "cache-control": "no-cache", "x-content-type-options": "nosniff" };
  if (status !== 200) {
    response.writeHead(status, { ...common, "content-type": type, "content-length": body.length });
    response.end(body);
    return;
  }
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  if (isKnown(request, etag)) {
    response.writeHead(304, { ...common, etag });
    response.end();
    return;
  }
  response.writeHead(200, { ...common, etag, "content-type": type, "content-length": body.length });
  response.end(body);
}

export function isKnown(request: IncomingMessage, etag: string): boolean {
  const known = request.headers["if-none-match"] ?? "";
  return known.split(",").some((each) => each.trim().replace(/^W\//, "") === etag || each.trim() === "*");
}

/** Answers with one line that says what is wrong. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void {
  const error = message.replace(/\s*[\r\n]+\s*/g, " ");
  if (status === 401) response.setHeader("www-authenticate", "Bearer");
  if (status === 503) response.setHeader("retry-after", "5");
  sendJson(request, response, { version: apiVersion, error }, status);
}
