import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import { maximumFrame, uplinkPath } from "../../proto/uplink.ts";
import { UsageError } from "../cli/usage-error.ts";
import { ingest } from "../ingest/socket.ts";
import { callerOf, may } from "./access.ts";
import { answer } from "./api.ts";
import type { Collector } from "./collector.ts";
import { apiVersion } from "./respond.ts";

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Certificate and key in PEM; undefined: without TLS. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Of each token: bytes and builds. */
  readonly quota: number;
  readonly builds: number;
  /** Connections from one address. */
  readonly connections: number;
}

/** Connections that send at one time. */
const mostUplinks = 500;
/** Connections of all kinds. */
const mostConnections = 4000;
/** A request's headers, and the whole of it, must come within so long: else one could hold connections with a byte a minute. Milliseconds. */
const headersTimeout = 10_000;
const requestTimeout = 30_000;

/** Listens, until it is stopped. @returns the URL that reaches it. @throws a system error of listening */
export async function listen(
  collector: Collector,
  options: ServerOptions,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const respond = (request: IncomingMessage, response: ServerResponse) =>
    void answer(collector, request, response);
  const times = {
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: 5000,
  };
  const server =
    options.tls === undefined
      ? createServer(times, respond)
      : (createSecureServer(
          { ...times, ...options.tls, handshakeTimeout: headersTimeout },
          respond,
        ) as unknown as Server);
  server.maxConnections = mostConnections;
  limitConnections(server, options.connections);
  server.on("clientError", refuseGarbage);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumFrame, perMessageDeflate: false });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy()); // whose connection it was has lost it: nobody is to be told
    const status = refusal(collector, request, sockets.clients.size);
    if (status !== undefined) {
      endWith(socket, status, status.slice(4).toLowerCase());
      return;
    }
    const caller = callerOf(request, collector.tokens)!;
    const { quota, builds } = options;
    sockets.handleUpgrade(request, socket, head, (upgraded) =>
      ingest(upgraded, socket, collector, { owner: caller.name, quota, builds }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(options, error)));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
    });
  return { url: `${options.tls === undefined ? "http" : "https"}://${host}:${port}`, stop };
}

/** What is no HTTP is answered like everything else that is wrong. */
function refuseGarbage({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "the headers are too large"]
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "the request did not come in time"]
        : ["400 Bad Request", "the request is no HTTP"];
  endWith(socket, status!, message!);
}

/** An answer on a connection that no answer of HTTP's own is to be had for. */
function endWith(socket: Socket, status: string, error: string): void {
  const body = `${JSON.stringify({ version: apiVersion, error })}\n`;
  const headers = `Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}

/** One address must not have all connections. */
function limitConnections(server: Server, most: number): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.on("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

function refusal({ tokens }: Collector, request: IncomingMessage, uplinks: number): string | undefined {
  const path = (request.url ?? "").split("?", 1)[0];
  if (path !== uplinkPath) return "404 Not Found";
  const caller = callerOf(request, tokens);
  if (caller === undefined) return "401 Unauthorized";
  if (!may(caller, "ingest")) return "403 Forbidden";
  return uplinks >= mostUplinks ? "503 Service Unavailable" : undefined;
}

function cannotListen({ host, port }: ServerOptions, error: NodeJS.ErrnoException): UsageError {
  return new UsageError(
    `collect: ${host}:${port} must be an address of this machine and a free port, but: ${error.code}; give another --listen`,
    { cause: error },
  );
}
