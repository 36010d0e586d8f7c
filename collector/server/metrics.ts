import type { RefusalCode } from "../../proto/uplink.ts";

/** A number that is asked for when the metrics are: what it says of each of its labels' values. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly values: () => Iterable<{ readonly labels?: Record<string, string>; readonly value: number }>;
}

/** What the collector counts since it began, in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  readonly #gauges: Gauge[] = [];
  readonly #refusals = new Map<string, number>();
  readonly #requests = new Map<string, number>();
  #connections = 0;
  #accepted = 0;
  #frames = 0;
  #frameBytes = 0;
  #blocksDurable = 0;
  #eventsDurable = 0;
  #syncs = 0;
  #heldSeconds = 0;

  connected(change: 1 | -1): void {
    this.#connections += change;
    if (change > 0) this.#accepted++;
  }

  received(bytes: number): void {
    this.#frames++;
    this.#frameBytes += bytes;
  }

  /** One sync made so much durable. */
  stored(blocks: number, events: number): void {
    this.#syncs++;
    this.#blocksDurable += blocks;
    this.#eventsDurable += events;
  }

  held(milliseconds: number): void {
    this.#heldSeconds += milliseconds / 1000;
  }

  refused(code: RefusalCode): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  answered(status: number): void {
    const code = String(status);
    this.#requests.set(code, (this.#requests.get(code) ?? 0) + 1);
  }

  add(gauge: Gauge): void {
    this.#gauges.push(gauge);
  }

  print(): string {
    const counter = (name: string, help: string, value: number) => text(name, "counter", help, [{ value }]);
    const by = (label: string, counts: ReadonlyMap<string, number>) =>
      [...counts].map(([key, value]) => ({ labels: { [label]: key }, value }));
    return [
      text("isotrace_uplinks", "gauge", "Agents that are connected.", [{ value: this.#connections }]),
      counter("isotrace_uplinks_accepted_total", "Connections of agents.", this.#accepted),
      counter("isotrace_frames_total", "Frames that agents sent.", this.#frames),
      counter("isotrace_received_bytes_total", "Bytes of those frames.", this.#frameBytes),
      counter("isotrace_blocks_total", "Blocks that were made durable.", this.#blocksDurable),
      counter("isotrace_events_total", "Events in those blocks.", this.#eventsDurable),
      counter("isotrace_syncs_total", "Syncs of recordings that made blocks durable.", this.#syncs),
      counter(
        "isotrace_held_seconds_total",
        "Time that agents were not read, since their token's rate was used up.",
        this.#heldSeconds,
      ),
      text("isotrace_refusals_total", "counter", "Agents sent away, by code.", by("code", this.#refusals)),
      text(
        "isotrace_requests_total",
        "counter",
        "Answers of the API, by status.",
        by("code", this.#requests),
      ),
      ...this.#gauges.map(({ name, help, values }) => text(name, "gauge", help, [...values()])),
    ].join("");
  }
}

function text(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly { readonly labels?: Record<string, string>; readonly value: number }[],
): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([key, each]) => `${key}="${escaped(each)}"`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
