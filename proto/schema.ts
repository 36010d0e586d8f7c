import { readFileSync } from "node:fs";
import type { IType } from "protobufjs";
import type { EventKind } from "./events.ts";

/** A kind of event, or of what events refer to, as a member of the schema's Event. */
export interface Member {
  name: EventKind | "text";
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

/** Of the package isotrace.v1. */
interface Descriptor {
  nested: { isotrace: { nested: { v1: { nested: Record<string, IType> } } } };
}

export type Form = "number" | "text" | "bytes" | "manyBytes" | "message" | "messages";

/** `isotrace.proto` as build-descriptor.ts wrote it down: it is read without protobufjs, which is dear to load. */
export const descriptor: Descriptor = JSON.parse(
  readFileSync(new URL("./isotrace.json", import.meta.url), "utf8"),
);
const messages = descriptor.nested.isotrace.nested.v1.nested;
const { delta, ...kinds } = messages.Event!.fields;
export const deltaTag = delta!.id << 3;

const members = new Map(
  Object.entries(kinds).map(([name, { type, id }]): [string, Member] => [
    name,
    { name: name as EventKind, tag: tagOf(id, true), fields: fieldsOf(type) },
  ]),
);

export function member(name: EventKind | "text"): Member {
  return members.get(name)!;
}

/** The tags of a message's fields, by their names. */
export function tagsOf<Name extends string>({ fields }: Member): Record<Name, number> {
  return Object.fromEntries(fields.map(({ name, tag }) => [name, tag])) as Record<Name, number>;
}

/** What comes before a field's content: its number and how it is written, by itself or after its length. */
export function tagOf(id: number, hasLength: boolean): number {
  return ((id << 3) | (hasLength ? 2 : 0)) >>> 0;
}

function fieldsOf(message: string): Field[] {
  return Object.entries(messages[message]!.fields).map(([name, field]) => {
    const { type, id, rule } = field as { type: string; id: number; rule?: string };
    const form = formOf(`${message}.${name}`, type, rule === "repeated");
    const fields = type in messages ? fieldsOf(type) : [];
    return { name, tag: tagOf(id, form !== "number"), form, fields };
  });
}

/** @throws TypeError for a type that the schema has not had: what writes it must be taught it */
function formOf(field: string, type: string, repeated: boolean): Form {
  if (type in messages) return repeated ? "messages" : "message";
  if (type === "bytes") return repeated ? "manyBytes" : "bytes";
  const form = (
    { uint32: "number", uint64: "number", bool: "number", int64: "number", string: "text" } as const
  )[type];
  if (form === undefined || repeated) throw new TypeError(`${field}: no form is known for ${type}`);
  return form;
}
