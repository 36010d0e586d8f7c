import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { DirectoryEvent, Event, EventKind, FileEvent, Host } from "./events.ts";
import { varintSize, WireWriter, zigzag } from "./wire.ts";

/** The most that a short message takes, and the beginning of any other: ten numbers of at most ten bytes, and their tags. */
const mostShortBytes = 128;
const mostNumbers = 9;

/**
 * Events to and from the messages of a block. Texts are numbered within the block and times are
 * differences, so one encoder makes one block at a time, and one decoder reads one.
 */
export class EventEncoder {
  readonly #out = new WireWriter();
  readonly #writer = protobuf.Writer.create();
  readonly #texts = new Map<string, number>();
  #time = 0;
  #lengthAt = 0;
  #bodyLengthAt = 0;
  count = 0;

  add(event: Event): void {
    switch (event.kind) {
      case "file":
        this.#file(event);
        break;
      case "directory":
        this.#directory(event);
        break;
      default: {
        const of = member(event.kind);
        if (of.numbers !== undefined) this.#numbers(event, of.tag, of.numbers);
        else this.#message(event.time, of, event);
      }
    }
    this.count++;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#out.length;
  }

  /** The block's messages: good until the next event, or `clear`. */
  finish(): Uint8Array {
    return this.#out.written;
  }

  /** Begins another block. */
  clear(): void {
    this.#out.clear();
    this.#texts.clear();
    this.#time = 0;
    this.count = 0;
  }

  #message(time: number, { type, tag }: Member, fields: object): void {
    const body = type.encode(fields, this.#writer).finish();
    this.#writer.reset();
    this.#begin(time, tag, body.length);
    this.#out.raw(body);
  }

  /** All of a message but its member's bytes. */
  #begin(time: number, tag: number, length: number): void {
    const delta = zigzag(time - this.#time);
    this.#time = time;
    const out = this.#out;
    out.room(mostShortBytes);
    out.varint(1 + varintSize(delta) + varintSize(tag) + varintSize(length) + length);
    out.varint(deltaTag);
    out.varint(delta);
    out.varint(tag);
    out.varint(length);
  }

  #text(value: string, time: number): number {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const id = this.#texts.size + 1;
    this.#texts.set(value, id);
    this.#begin(time, textMember.tag, 1 + varintSize(value.length) + value.length);
    this.#out.varint(textValueTag);
    this.#out.varint(value.length);
    this.#out.latin1(value);
    return id;
  }

  #directory(event: DirectoryEvent): void {
    const name = this.#text(event.name, event.time);
    this.#message(event.time, directoryMember, { ...event, name });
  }

  // Most events are these: written field by field.
  #file(event: FileEvent): void {
    const name = event.name === "" ? 0 : this.#text(event.name, event.time);
    const newName = event.newName === "" ? 0 : this.#text(event.newName, event.time);
    this.#beginShort(event.time, fileMember.tag);
    const out = this.#out;
    out.field(fileTag.process, event.process);
    out.field(fileTag.epoch, event.epoch);
    out.field(fileTag.operations, event.operations);
    out.field(fileTag.directory, event.directory);
    out.field(fileTag.name, name);
    out.field(fileTag.newDirectory, event.newDirectory);
    out.field(fileTag.newName, newName);
    out.field(fileTag.child, event.child);
    out.field(fileTag.object, event.object);
    this.#endShort();
  }

  /** What begins and ends with every process. */
  #numbers(event: Event, tag: number, fields: readonly NumberField[]): void {
    this.#beginShort(event.time, tag);
    for (const field of fields) this.#out.field(field.tag, Number(event[field.name as never]));
    this.#endShort();
  }

  /** A message of less than 128 bytes, whose lengths are written when it is known. */
  #beginShort(time: number, tag: number): void {
    const out = this.#out;
    out.room(mostShortBytes);
    this.#lengthAt = out.hole();
    out.varint(deltaTag);
    out.varint(zigzag(time - this.#time));
    this.#time = time;
    out.varint(tag);
    this.#bodyLengthAt = out.hole();
  }

  #endShort(): void {
    this.#out.fill(this.#bodyLengthAt);
    this.#out.fill(this.#lengthAt);
  }
}

/**
 * The events of one block.
 * @throws RangeError or Error if the bytes are not such messages: the caller says which block it was.
 */
export function* decodeEvents(block: Uint8Array): Generator<Event> {
  const reader = protobuf.Reader.create(block);
  const texts: string[] = [""];
  let time = 0;
  while (reader.pos < reader.len) {
    const end = reader.uint32() + reader.pos;
    if (end > reader.len) throw new RangeError(`message ends at ${end}, block at ${reader.len}`);
    let event: Event | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === deltaTag) {
        time += reader.sint64() as unknown as number;
        continue;
      }
      const found = memberByTag.get(tag);
      if (found === undefined) {
        reader.skipType(tag & 7); // a kind that a later version added
        continue;
      }
      const message = found.type.decode(reader, reader.uint32()) as unknown as Event & { value?: Uint8Array };
      if (found.name === "text") {
        texts.push(Buffer.from(message.value ?? new Uint8Array()).toString("latin1"));
        continue;
      }
      message.kind = found.name as EventKind;
      message.time = time;
      // What is not repeated is there in an event, even if a recording leaves it out.
      if (message.kind === "segment") message.host ??= hostType.create() as unknown as Host;
      if (message.kind === "file" || message.kind === "directory") resolveTexts(message, texts);
      event = message;
    }
    if (reader.pos !== end) throw new RangeError(`message runs over its end at ${end}`);
    if (event !== undefined) yield event;
  }
}

function resolveTexts(event: FileEvent | DirectoryEvent, texts: string[]): void {
  event.name = textOf(texts, event.name as unknown as number);
  if (event.kind === "file") event.newName = textOf(texts, event.newName as unknown as number);
}

function textOf(texts: string[], id: number): string {
  const value = texts[id];
  if (value === undefined) throw new RangeError(`text ${id} is not in the block`);
  return value;
}

interface Member {
  name: EventKind | "text";
  type: protobuf.Type;
  tag: number;
  /** Its fields, where it is short and has no others. */
  numbers: readonly NumberField[] | undefined;
}

interface NumberField {
  name: string;
  tag: number;
}

// 64-bit fields as numbers: times, sizes and objects stay below 2^53.
(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();
const schema = protobuf.parse(readFileSync(new URL("./isotrace.proto", import.meta.url), "utf8")).root;
const eventType = schema.lookupType("isotrace.v1.Event");
const hostType = schema.lookupType("isotrace.v1.Host");
const deltaTag = eventType.fields.delta!.id << 3;
const members = new Map<string, Member>(
  eventType.fieldsArray
    .filter((field) => field.name !== "delta")
    .map((field) => {
      const type = field.resolve().resolvedType as protobuf.Type;
      const tag = ((field.id << 3) | 2) >>> 0;
      return [field.name, { name: field.name as EventKind, type, tag, numbers: numbersOf(type) }];
    }),
);
for (const { type } of members.values()) completeDefaults(type);
const memberByTag = new Map([...members.values()].map((m) => [m.tag, m]));
const textMember = member("text");
const fileMember = member("file");
const directoryMember = member("directory");
const textValueTag = ((textMember.type.fields.value!.id << 3) | 2) >>> 0;
const fileTag = Object.fromEntries(
  fileMember.type.fieldsArray.map((field) => [field.name, field.id << 3]),
) as Record<
  "process" | "epoch" | "operations" | "directory" | "name" | "newDirectory" | "newName" | "child" | "object",
  number
>;

/** Undefined where a field is something else than a number that is not negative, or there are too many. */
function numbersOf({ fieldsArray: fields }: protobuf.Type): NumberField[] | undefined {
  const areAll = fields.every(({ type, repeated }) => !repeated && /^(?:uint32|uint64|bool)$/.test(type));
  if (!areAll || fields.length > mostNumbers) return undefined;
  return fields.map(({ name, id }) => ({ name, tag: id << 3 }));
}

function member(kind: EventKind | "text"): Member {
  return members.get(kind)!;
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
