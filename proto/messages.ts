import { createRequire } from "node:module";
import type protobuf from "protobufjs";
import type { EventKind } from "./events.ts";
import { readNumbers } from "./numbers.ts";
import { descriptor, tagOf } from "./schema.ts";

/** What reads the messages of a block. */
interface Messages {
  Reader: typeof protobuf.Reader;
  /** The members of the schema's Event, by what is before them in a message. */
  memberByTag: ReadonlyMap<number, { name: EventKind | "text"; type: protobuf.Type }>;
  hostType: protobuf.Type;
}

let loaded: Messages | undefined;

/** Loads protobufjs when the first block is read: who only writes a recording does without, and starts sooner. */
export function messages(): Messages {
  loaded ??= load();
  return loaded;
}

function load(): Messages {
  const library: typeof protobuf = createRequire(import.meta.url)("protobufjs/light.js");
  readNumbers(library);
  const root = library.Root.fromJSON(descriptor);
  const members = root
    .lookupType("isotrace.v1.Event")
    .fieldsArray.filter(({ name }) => name !== "delta")
    .map((field) => ({ name: field.name as EventKind, tag: tagOf(field.id, true), type: typeOf(field)! }));
  for (const { type } of members) completeDefaults(type);
  return {
    Reader: library.Reader,
    memberByTag: new Map(members.map(({ tag, name, type }) => [tag, { name, type }])),
    hostType: root.lookupType("isotrace.v1.Host"),
  };
}

/** Of the message that a field holds. */
function typeOf(field: protobuf.Field): protobuf.Type | undefined {
  const { resolvedType } = field.resolve();
  return resolvedType !== null && "fieldsArray" in resolvedType ? resolvedType : undefined;
}

/** Bytes that were not written are an empty Uint8Array, as `events.ts` types them: protobufjs would give an array. */
function completeDefaults(type: protobuf.Type): void {
  for (const field of type.fieldsArray) {
    const within = typeOf(field);
    if (within !== undefined) completeDefaults(within);
    else if (field.type === "bytes" && !field.repeated) {
      (type.ctor.prototype as Record<string, unknown>)[field.name] = new Uint8Array();
    }
  }
}
