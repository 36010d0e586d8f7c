import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { descriptor } from "../../proto/schema.ts";
import { schema } from "./arbitrary.ts";
import { samples } from "./samples.ts";

const event = schema.lookupType("isotrace.v1.Event");

/** Kinds that are in a block and not in an event: the numbered texts. */
const ofTheBlock = ["text"];

/** Fields that stand elsewhere: the kind is the member's name, the time is its `delta`. */
const envelope = ["kind", "time"];

describe("the schema", () => {
  it("is written down as isotrace.json just as isotrace.proto has it (node proto/build-descriptor.ts)", () => {
    expect(descriptor).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it("has a message for each kind of event, and no other", () => {
    const kinds = event.oneofs.of!.oneof.filter((name) => !ofTheBlock.includes(name));
    expect(kinds.sort()).toEqual(Object.keys(samples).sort());
  });

  it.each(Object.entries(samples))(
    "has the fields that the events have, and no other: %s",
    (kind, sample) => {
      agree(kind, event.fields[kind]!.resolve().resolvedType as protobuf.Type, sample, envelope);
    },
  );

  // A number that was given away again would make an old recording say something else.
  it("keeps the numbers of the kinds", () => {
    expect(Object.fromEntries(event.fieldsArray.map(({ name, id }) => [name, id]))).toEqual({
      delta: 1,
      segment: 2,
      text: 3,
      process: 4,
      exec: 5,
      exit: 6,
      directory: 7,
      file: 8,
      needs: 9,
      connection: 10,
      root: 11,
      package: 12,
      release: 13,
      stage: 14,
      output: 15,
      image: 16,
      entry: 17,
      loss: 18,
      clock: 19,
      end: 20,
      configuration: 21,
      changelog: 22,
      content: 23,
    });
  });
});

/** `sample` (a value of the event's TypeScript type) and `type` name the same fields, of the same types. */
function agree(place: string, type: protobuf.Type, sample: object, apart: readonly string[] = []): void {
  const own = Object.entries(sample).filter(([name]) => !apart.includes(name));
  expect({ place, fields: own.map(([name]) => name).sort() }).toEqual({
    place,
    fields: type.fieldsArray.map(({ name }) => name).sort(),
  });
  for (const [name, value] of own) {
    const field = type.fields[name]!.resolve();
    const at = `${place}.${name}`;
    expect({ at, repeated: Array.isArray(value) }).toEqual({ at, repeated: field.repeated });
    for (const item of Array.isArray(value) ? value : [value]) {
      if (field.resolvedType instanceof protobuf.Type) agree(at, field.resolvedType, item);
      else if (!isTextNumber(at)) expect({ at, type: typeOf(item) }).toEqual({ at, type: field.type });
      // A default would not be written, so losing the field would go unseen wherever the samples are used.
      expect(item instanceof Uint8Array ? item.length : item, at).toBeTruthy();
    }
  }
}

/** Names are strings in an event, and numbers of texts in a block. */
function isTextNumber(at: string): boolean {
  return ["file.name", "file.newName", "directory.name"].includes(at);
}

function typeOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return expect.stringMatching(/^s?u?int(32|64)$/);
}
