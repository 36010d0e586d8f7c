import type { CollectorProcess } from "../collector.ts";

/** What of a build the checks look at, as `/v1/builds` has it. */
export interface ListedBuild {
  readonly key: string;
  readonly id: string;
  readonly state: string;
  readonly started: string;
  readonly ended: string;
  readonly complete: boolean | null;
}

export async function builds(collector: CollectorProcess): Promise<ListedBuild[]> {
  const text = await (await ask(collector, "/v1/builds")).text();
  return (JSON.parse(text) as { builds: ListedBuild[] }).builds;
}

/** A number of `/metrics`; 0 if it is not there yet. @param name with its labels, as `NAME{code="full"}` */
export async function metric(collector: CollectorProcess, name: string): Promise<number> {
  const text = await (await ask(collector, "/metrics")).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

export function ask(collector: CollectorProcess, path: string): Promise<Response> {
  return fetch(collector.url.replace("ws", "http") + path);
}
