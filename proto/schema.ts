import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { EventKind } from "./events.ts";

/** A kind of event, or of what events refer to, as a member of the schema's Event. */
export interface Member {
  name: EventKind | "text";
  type: protobuf.Type;
  tag: number;
  fields: readonly Field[];
}

/** A field of a message, as it is written. */
export interface Field {
  name: string;
  tag: number;
  form: Form;
  /** Of a message within. */
  fields: readonly Field[];
}

export type Form = "number" | "text" | "bytes" | "manyBytes" | "message" | "messages";

// 64-bit fields as numbers: times, sizes and objects stay below 2^53.
(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();
const schema = protobuf.parse(readFileSync(new URL("./isotrace.proto", import.meta.url), "utf8")).root;
const eventType = schema.lookupType("isotrace.v1.Event");
export const hostType = schema.lookupType("isotrace.v1.Host");
export const deltaTag = eventType.fields.delta!.id << 3;

const members = new Map(
  eventType.fieldsArray
    .filter((field) => field.name !== "delta")
    .map((field): [string, Member] => {
      const type = field.resolve().resolvedType as protobuf.Type;
      const name = field.name as EventKind;
      return [name, { name, type, tag: tagOf(field, true), fields: fieldsOf(type) }];
    }),
);
export const memberByTag = new Map([...members.values()].map((each) => [each.tag, each]));
for (const { type } of members.values()) completeDefaults(type);

export function member(name: EventKind | "text"): Member {
  return members.get(name)!;
}

/** The tags of a message's fields, by their names. */
export function tagsOf<Name extends string>({ fields }: Member): Record<Name, number> {
  return Object.fromEntries(fields.map(({ name, tag }) => [name, tag])) as Record<Name, number>;
}

/** What comes before a field's content: its number and how it is written, by itself or after its length. */
function tagOf({ id }: protobuf.Field, hasLength: boolean): number {
  return ((id << 3) | (hasLength ? 2 : 0)) >>> 0;
}

function fieldsOf({ fieldsArray }: protobuf.Type): Field[] {
  return fieldsArray.map((field) => {
    const { resolvedType: within } = field.resolve();
    const fields = within instanceof protobuf.Type ? fieldsOf(within) : [];
    const form = formOf(field);
    return { name: field.name, tag: tagOf(field, form !== "number"), form, fields };
  });
}

/** @throws TypeError for a type that the schema has not had: what writes it must be taught it */
function formOf({ type, repeated, resolvedType, fullName }: protobuf.Field): Form {
  if (resolvedType instanceof protobuf.Type) return repeated ? "messages" : "message";
  if (type === "bytes") return repeated ? "manyBytes" : "bytes";
  const form = (
    { uint32: "number", uint64: "number", bool: "number", int64: "number", string: "text" } as const
  )[type];
  if (form === undefined || repeated) throw new TypeError(`${fullName}: no form is known for ${type}`);
  return form;
}

/** Bytes that were not written are an empty Uint8Array, as `events.ts` types them: protobufjs would give an array. */
function completeDefaults(type: protobuf.Type): void {
  for (const field of type.fieldsArray) {
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type) completeDefaults(resolvedType);
    else if (field.type === "bytes" && !field.repeated) {
      (type.ctor.prototype as Record<string, unknown>)[field.name] = new Uint8Array();
    }
  }
}
