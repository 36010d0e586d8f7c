import { fileOf } from "../cli/options.ts";
import { UsageError } from "../cli/usage-error.ts";
import type { Rules } from "../store/retention.ts";
import type { ServerOptions } from "./server.ts";

/** The options of `isotrace collect`, for `parseArgs`. A file can have each of them: `readConfiguration`. */
export const collectOptions = {
  listen: { type: "string" },
  data: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  quota: { type: "string" },
  builds: { type: "string" },
  rate: { type: "string" },
  connections: { type: "string" },
  keep: { type: "string" },
  "keep-last": { type: "string" },
  per: { type: "string" },
} as const;

type Name = keyof typeof collectOptions;
export type Given = Readonly<Partial<Record<Name, string | undefined>>>;

const defaults = {
  listen: "127.0.0.1:7878",
  data: "/var/lib/isotrace",
  quota: "100",
  builds: "10000",
  rate: "100",
  connections: "256",
  per: "name",
} as const satisfies Given;

type Complete = Given & { readonly [K in keyof typeof defaults]: string };

export interface CollectOptions {
  readonly data: string;
  readonly server: ServerOptions;
  /** Of each token: bytes a second, after decompression. */
  readonly rate: number;
  readonly rules: Rules;
}

/** What the command line gives, and the file, and what neither does. @throws UsageError */
export function optionsOf(given: Given, file: string | undefined): CollectOptions {
  const ofFile = file === undefined ? {} : readConfiguration(file);
  const all = { ...defaults, ...ofFile, ...defined(given) } as Complete;
  const { host, port } = addressOf(all.listen);
  return {
    data: all.data,
    rate: numberOf("rate", all.rate) * 1e6,
    rules: rulesOf(all),
    server: {
      host,
      port,
      tls: tlsOf(all.cert, all.key),
      quota: numberOf("quota", all.quota) * 1e9,
      builds: numberOf("builds", all.builds),
      connections: numberOf("connections", all.connections),
    },
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Lines `NAME = VALUE`; what begins with # is a comment. The names are those of the options. @throws UsageError */
function readConfiguration(path: string): Given {
  const given: Partial<Record<Name, string>> = {};
  for (const [i, line] of fileOf("config", path).toString().split("\n").entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const match = /^\s*([a-z-]+)\s*=\s*(.*?)\s*$/.exec(line);
    const name = match?.[1] as Name | undefined;
    if (name === undefined || !Object.hasOwn(collectOptions, name))
      throw new UsageError(
        `${path} line ${i + 1}: must be NAME = VALUE with a name of ${Object.keys(collectOptions).join(", ")}, but it is ${JSON.stringify(line.slice(0, 80))}`,
      );
    given[name] = match![2]!;
  }
  return given;
}

function defined(given: Given): Given {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function rulesOf({ keep, "keep-last": last, per = "name" }: Given): Rules {
  return {
    keep: keep === undefined ? undefined : durationOf(keep),
    last: last === undefined ? undefined : countOf("keep-last", last),
    per,
  };
}

function durationOf(text: string): number {
  const match = /^(\d{1,6})([hdw])$/.exec(text);
  const hours = { h: 1, d: 24, w: 168 }[match?.[2] ?? ""];
  if (match !== null && hours !== undefined && Number(match[1]) > 0)
    return Number(match[1]) * hours * 3_600_000;
  throw new UsageError(
    `collect: --keep must be a number of hours, days or weeks like 36h, 30d or 8w, but it is ${JSON.stringify(text)}`,
  );
}

function countOf(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(
    `collect: --${option} must be a whole number above 0, but it is ${JSON.stringify(text)}`,
  );
}

function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new UsageError(`collect: --listen must be ADDRESS:PORT, but it is ${JSON.stringify(text)}`);
  return { host: match[1] ?? match[2]!, port };
}

function tlsOf(cert: string | undefined, key: string | undefined) {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError("collect: give both --cert and --key, or neither");
  return { cert: fileOf("cert", cert), key: fileOf("key", key) };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`collect: --${option} must be a number above 0, but it is ${JSON.stringify(text)}`);
}
