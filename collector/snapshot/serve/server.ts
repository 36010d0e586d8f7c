import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Layout } from "../layout.ts";
import { answer, type ServeOptions } from "./answer.ts";

export interface Listening {
  readonly server: Server;
  /** With its port, also where that was left to the kernel; without a slash at the end. */
  readonly url: string;
}

/** A client that goes away in the middle is none of our business. */
const goneAway = new Set(["ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED", "ECONNRESET", "EPIPE"]);

/** Serves an instance's archives until the server is closed. @throws a system error of listening */
export async function listen(
  layout: Layout,
  { host, port, ...options }: { host: string; port: number } & ServeOptions,
  warn: (message: string) => void,
): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(layout, options, request, response).catch((error: NodeJS.ErrnoException) => {
      if (goneAway.has(error.code ?? "")) return;
      warn(`${request.method} ${JSON.stringify(request.url)}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "Content-Length": 0 }).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  return { server, url: `http://${host.includes(":") ? `[${host}]` : host}:${given}` };
}
