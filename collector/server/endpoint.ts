import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "./access.ts";
import type { Collector } from "./collector.ts";
import type { Parameters, Values } from "./parameters.ts";
import type { SchemaName } from "./schemas.ts";
import type { Scope } from "./tokens.ts";

/** One thing that can be asked for. */
export interface Endpoint {
  readonly method: "GET" | "DELETE" | "PUT";
  /** `{build}` in it is a recording's key or a build's id. */
  readonly path: string;
  /** undefined: anyone may. */
  readonly scope: Scope | undefined;
  readonly summary: string;
  readonly parameters: Parameters;
  /** What is answered if all is well, by media type; undefined for what is no JSON of the API's own. */
  readonly content: Readonly<Record<string, SchemaName | undefined>>;
  readonly respond: (asked: Asked<Parameters>) => Promise<void> | void;
}

export interface Asked<P extends Parameters> {
  readonly collector: Collector;
  readonly caller: Caller | undefined;
  readonly values: Values<P>;
  /** What stands for `{build}`; "" if the path has none. */
  readonly build: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** An endpoint whose answer knows the types of its parameters. */
export function endpoint<const P extends Parameters>(
  spec: Omit<Endpoint, "parameters" | "respond"> & {
    readonly parameters: P;
    readonly respond: (asked: Asked<P>) => Promise<void> | void;
  },
): Endpoint {
  return spec as unknown as Endpoint;
}

export const limit = {
  description: "how many at most",
  schema: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
} as const;
export const after = {
  description: 'the "next" of the page before',
  schema: { type: "string", maxLength: 8192 },
} as const;

export function words<const W extends readonly string[]>(description: string, all: W, first?: W[number]) {
  const schema = { type: "string", enum: all } as const;
  return { description, schema: first === undefined ? schema : { ...schema, default: first } };
}

export function text(description: string, maxLength = 256) {
  return { description, schema: { type: "string", maxLength } } as const;
}
