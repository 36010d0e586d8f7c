import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { DirectoryEvent, Event, EventKind, FileEvent, Host } from "./events.ts";

const chunkBytes = 16 << 10;

/**
 * Events to and from the messages of a block. Texts are numbered within the block and times are
 * differences, so one encoder makes one block, and one decoder reads one.
 */
export class EventEncoder {
  #writer = protobuf.Writer.create();
  /** What has been turned into bytes: until then an event is some twenty objects, which cost the more the longer they live. */
  readonly #chunks: Uint8Array[] = [];
  #chunksLength = 0;
  #texts = new Map<string, number>();
  #time = 0;
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
        const { type, tag } = member(event.kind);
        this.#begin(event.time).uint32(tag).fork();
        type
          .encode(event as object, this.#writer)
          .ldelim()
          .ldelim();
      }
    }
    this.count++;
    if (lengthOf(this.#writer) >= chunkBytes) this.#closeChunk();
  }

  /** Bytes so far. */
  get length(): number {
    return this.#chunksLength + lengthOf(this.#writer);
  }

  finish(): Uint8Array {
    this.#closeChunk();
    return Buffer.concat(this.#chunks);
  }

  #closeChunk(): void {
    const chunk = this.#writer.finish();
    this.#chunks.push(chunk);
    this.#chunksLength += chunk.length;
    this.#writer.reset();
  }

  #begin(time: number): protobuf.Writer {
    const delta = time - this.#time;
    this.#time = time;
    return this.#writer.fork().uint32(deltaTag).sint64(delta);
  }

  #text(value: string, time: number): number {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const id = this.#texts.size + 1;
    this.#texts.set(value, id);
    this.#begin(time).uint32(textMember.tag).fork();
    this.#writer.uint32(textValueTag).bytes(Buffer.from(value, "latin1")).ldelim().ldelim();
    return id;
  }

  #directory(event: DirectoryEvent): void {
    const name = this.#text(event.name, event.time);
    this.#begin(event.time).uint32(directoryMember.tag).fork();
    directoryMember.type
      .encode({ ...event, name }, this.#writer)
      .ldelim()
      .ldelim();
  }

  // Nine in ten events are these: written field by field, zeros left out.
  #file(event: FileEvent): void {
    const name = event.name === "" ? 0 : this.#text(event.name, event.time);
    const newName = event.newName === "" ? 0 : this.#text(event.newName, event.time);
    const w = this.#begin(event.time).uint32(fileMember.tag).fork();
    if (event.process) w.uint32(fileTag.process).uint32(event.process);
    if (event.epoch) w.uint32(fileTag.epoch).uint32(event.epoch);
    w.uint32(fileTag.operations).uint32(event.operations);
    if (event.directory) w.uint32(fileTag.directory).uint32(event.directory);
    if (name) w.uint32(fileTag.name).uint32(name);
    if (event.newDirectory) w.uint32(fileTag.newDirectory).uint32(event.newDirectory);
    if (newName) w.uint32(fileTag.newName).uint32(newName);
    if (event.child) w.uint32(fileTag.child).uint32(event.child);
    if (event.object) w.uint32(fileTag.object).uint64(event.object);
    w.ldelim().ldelim();
  }
}

function lengthOf(writer: protobuf.Writer): number {
  return (writer as unknown as { len: number }).len;
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
    .map((field) => [
      field.name,
      {
        name: field.name as EventKind,
        type: field.resolve().resolvedType as protobuf.Type,
        tag: ((field.id << 3) | 2) >>> 0,
      },
    ]),
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
