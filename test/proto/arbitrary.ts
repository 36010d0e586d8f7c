import { readFileSync } from "node:fs";
import fc from "fast-check";
import protobuf from "protobufjs";
import type { Event } from "../../proto/events.ts";
import { samples } from "./samples.ts";

/** The schema, read apart from what encodes and decodes; all of it at once, before that has numbers of 64 bits made otherwise. */
export const schema = protobuf
  .parse(readFileSync(new URL("../../proto/isotrace.proto", import.meta.url), "utf8"))
  .root.resolveAll();
const fields = schema.lookupType("isotrace.v1.Event").fields;

/** A name as the kernel gives it: any bytes, one character a byte. */
export const byteString = fc
  .uint8Array({ maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));

/** An event of any kind, with any value that its fields can hold, as the schema names them. */
export const anyEvent: fc.Arbitrary<Event> = fc
  .constantFrom(...Object.keys(samples))
  .chain((kind) =>
    fc.record({ kind: fc.constant(kind), time: signed(2 ** 51), ...ofFields(messageOf(kind)) }),
  ) as fc.Arbitrary<Event>;

/** An event of each kind in which nothing is set. */
export const emptyEvents: Event[] = Object.keys(samples).map(
  (kind) => ({ kind, time: 0, ...emptied(samples[kind as Event["kind"]]) }) as Event,
);

function messageOf(kind: string): protobuf.Type {
  return fields[kind]!.resolve().resolvedType as protobuf.Type;
}

function ofFields(type: protobuf.Type): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(type.fieldsArray.map((field) => [field.name, ofField(type, field.resolve())]));
}

function ofField(type: protobuf.Type, field: protobuf.Field): fc.Arbitrary<unknown> {
  const isTextNumber = ["File", "Directory"].includes(type.name) && /name$/i.test(field.name);
  const one =
    field.resolvedType instanceof protobuf.Type
      ? fc.record(ofFields(field.resolvedType))
      : isTextNumber
        ? byteString
        : scalar(field.type);
  // A message that is not repeated is always there.
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function scalar(type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case "uint32":
      return fc.nat(2 ** 32 - 1);
    case "uint64":
      return fc.maxSafeNat();
    case "int64":
      return signed(Number.MAX_SAFE_INTEGER);
    case "bool":
      return fc.boolean();
    case "string":
      return fc.string({ unit: "binary", maxLength: 12 });
    case "bytes":
      return fc.uint8Array({ maxLength: 20 });
    default:
      throw new Error(`test/proto/arbitrary.ts: has no values of type ${type}; add them to scalar()`);
  }
}

function signed(limit: number): fc.Arbitrary<number> {
  return fc.integer({ min: -limit, max: limit });
}

function emptied(sample: object): object {
  return Object.fromEntries(
    Object.entries(sample)
      .filter(([name]) => name !== "kind" && name !== "time")
      .map(([name, value]) => [name, emptyOf(value)]),
  );
}

function emptyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array();
  if (Array.isArray(value)) return [];
  if (typeof value === "object" && value !== null) return emptied(value);
  return { number: 0, string: "", boolean: false }[typeof value as "number"];
}
