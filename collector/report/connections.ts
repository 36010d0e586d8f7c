import { byteOrder } from "../manifest/build-manifest.ts";
import type { Build } from "../model/build.ts";
import { programOf } from "../story/names.ts";
import type { Stories } from "../story/story.ts";

/** Outgoing connections of one program to one address. */
export interface Connections {
  readonly address: string;
  readonly port: number;
  readonly program: string;
  readonly script: string | null;
  readonly count: number;
}

/** Ports that only look up names: they bring nothing into an image. */
const nameServicePort = 53;

/** The connections that were not made to fetch packages, summed up, in byte order. */
export function connections(build: Build, stories: Stories): Connections[] {
  const found = new Map<string, Connections>();
  for (const { event, process } of build.connections) {
    const { chain, script, run } = stories.of(process, event.epoch);
    if (run !== null || event.port === nameServicePort || event.port === 0) continue;
    const program = chain[0] === undefined ? "unknown" : programOf(chain[0]);
    const key = [event.address, String(event.port).padStart(5, "0"), program, script ?? ""].join("\0");
    const { count = 0 } = found.get(key) ?? {};
    found.set(key, { address: event.address, port: event.port, program, script, count: count + 1 });
  }
  return [...found.entries()].sort(([a], [b]) => byteOrder(a, b)).map(([, each]) => each);
}
