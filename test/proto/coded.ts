import { decodeEvents } from "../../proto/decoder.ts";
import { EventEncoder } from "../../proto/encoder.ts";
import type { Event } from "../../proto/events.ts";
import { samples } from "./samples.ts";

/** As plain data: bytes come back in buffers of another class. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

export function encode(events: Iterable<Event>): Buffer {
  const encoder = new EventEncoder();
  for (const event of events) encoder.add(event);
  return Buffer.from(encoder.finish());
}

/** Decoded events with exactly the fields of `model`: a decoded message has its defaults in its prototype. */
function shaped(value: unknown, model: unknown): unknown {
  if (value instanceof Uint8Array) return plain(value);
  if (Array.isArray(value)) return value.map((each) => shaped(each, (model as unknown[])[0]));
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(model as object);
  return Object.fromEntries(
    names.map((name) => [name, shaped(value[name as never], (model as object)[name as never])]),
  );
}

export function decoded(block: Uint8Array): unknown[] {
  return [...decodeEvents(block)].map((event) => shaped(event, samples[event.kind]));
}
