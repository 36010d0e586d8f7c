import { readFileSync } from "node:fs";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { decodeEvents, EventEncoder } from "../../proto/codec.ts";
import type { Event, FileEvent } from "../../proto/events.ts";
import { samples } from "./samples.ts";

const all = Object.values(samples) as Event[];

/** As plain data: bytes come back in buffers of another class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function roundTrip(events: Event[]): unknown {
  const encoder = new EventEncoder();
  for (const event of events) encoder.add(event);
  expect(encoder.count).toBe(events.length);
  // A decoded message has its defaults in its prototype: named here, so that they count.
  return [...decodeEvents(encoder.finish())].map((event) => {
    const names = Object.keys(samples[event.kind]);
    return Object.fromEntries(names.map((name) => [name, plain(event[name as keyof Event])]));
  });
}

const name = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const number = fc.nat(2 ** 31 - 1);
const fileEvent: fc.Arbitrary<FileEvent> = fc.record({
  kind: fc.constant("file" as const),
  time: fc.nat(2 ** 31),
  process: number,
  epoch: number,
  operations: fc.nat(511),
  directory: number,
  name,
  newDirectory: number,
  newName: name,
  child: number,
  object: fc.maxSafeNat().map((n) => n % 2 ** 52),
});

describe("the codec", () => {
  it("keeps every field of every kind, also where times go backwards", () => {
    expect(roundTrip(all)).toEqual(plain(all));
    expect(roundTrip([...all].reverse())).toEqual(plain([...all].reverse()));
  });

  it("keeps file events with any names and numbers", () => {
    fc.assert(
      fc.property(fc.array(fileEvent, { maxLength: 30 }), (events) => {
        expect(roundTrip(events)).toEqual(plain(events));
      }),
    );
  });

  it("never hands out an event of bytes that are none, but throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const event of decodeEvents(bytes)) expect(Object.keys(samples)).toContain(event.kind);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe("the schema", () => {
  const { root } = protobuf.parse(
    readFileSync(new URL("../../proto/isotrace.proto", import.meta.url), "utf8"),
  );

  it("has the fields that the events have, and no other", () => {
    for (const [kind, sample] of Object.entries(samples)) {
      const type = root.lookupType(`isotrace.v1.${kind[0]!.toUpperCase()}${kind.slice(1)}`);
      const own = Object.keys(sample).filter((field) => field !== "kind" && field !== "time");
      expect({ kind, fields: type.fieldsArray.map((field) => field.name).sort() }).toEqual({
        kind,
        fields: own.sort(),
      });
    }
  });

  it("skips a kind that a later version added, and keeps what stands around it", () => {
    const encoder = new EventEncoder();
    encoder.add(samples.exit);
    const known = Buffer.from(encoder.finish());
    const later = protobuf.Writer.create()
      .fork()
      .uint32((500 << 3) | 2)
      .string("new")
      .ldelim()
      .finish();
    const events = [...decodeEvents(Buffer.concat([known, later, known]))];
    expect(events.map((event) => event.kind)).toEqual(["exit", "exit"]);
  });
});
