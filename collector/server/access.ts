import type { IncomingMessage } from "node:http";
import type { Scope, Tokens } from "./tokens.ts";

/** Who asks: the name of the token, and what it allows. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Where there are no tokens, whoever reaches the collector may do everything: it listens on the loopback only. */
const anyone: Caller = { name: "", scopes: ["ingest", "read", "admin"] };

/** Who sent a request; undefined if its token is missing or nobody's. */
export function callerOf(request: IncomingMessage, tokens: Tokens): Caller | undefined {
  if (tokens.list().length === 0) return anyone;
  const token = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? "")?.[1];
  return token === undefined ? undefined : tokens.find(token);
}

export function may(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope) || (scope === "read" && caller.scopes.includes("admin"));
}
