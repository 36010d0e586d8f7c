import type { DirectoryEvent, Event, FileEvent } from "./events.ts";
import { deltaTag, type Field, type Member, member, tagsOf } from "./schema.ts";
import { varintSize, WireWriter, zigzag } from "./wire.ts";

/** The most that a short message takes, and the beginning of any other: ten numbers of at most ten bytes, and their tags. */
const mostShortBytes = 128;

const textMember = member("text");
const fileMember = member("file");
const directoryMember = member("directory");
const textTag = tagsOf<"value">(textMember);
const fileTag = tagsOf<keyof FileEvent>(fileMember);
const directoryTag = tagsOf<keyof DirectoryEvent>(directoryMember);

type Fields = Record<string, unknown>;

/**
 * Events to the messages of a block. Texts are numbered within the block and times are differences, so one encoder makes
 * one block at a time.
 */
export class EventEncoder {
  readonly #out = new WireWriter();
  /** What is being written: a message, one within it, and so on. */
  readonly #bodies = [new WireWriter()];
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
      default:
        this.#message(event, member(event.kind));
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

  #message(event: Event, { tag, fields }: Member): void {
    const body = this.#bodies[0]!;
    this.#write(event as unknown as Fields, fields, body, 1);
    this.#begin(event.time, tag, body.length);
    this.#out.raw(body.written);
  }

  /** @param depth of the messages within this one, whose bytes must be known before their length is written */
  #write(message: Fields, fields: readonly Field[], out: WireWriter, depth: number): void {
    out.clear();
    for (const { name, tag, form, fields: within } of fields) {
      const value = message[name];
      // What is 0, false, empty or not there is not written, as proto3 has it.
      if (!value) continue;
      switch (form) {
        case "number":
          out.number(tag, Number(value));
          break;
        case "text":
          out.text(tag, value as string);
          break;
        case "bytes":
          if ((value as Uint8Array).length > 0) out.bytes(tag, value as Uint8Array);
          break;
        case "manyBytes":
          for (const each of value as Uint8Array[]) out.bytes(tag, each);
          break;
        case "message":
          this.#within(value as Fields, tag, within, out, depth);
          break;
        case "messages":
          for (const each of value as Fields[]) this.#within(each, tag, within, out, depth);
          break;
        default:
          form satisfies never;
      }
    }
  }

  #within(message: Fields, tag: number, fields: readonly Field[], out: WireWriter, depth: number): void {
    this.#bodies[depth] ??= new WireWriter();
    const body = this.#bodies[depth];
    this.#write(message, fields, body, depth + 1);
    out.bytes(tag, body.written);
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
    this.#out.varint(textTag.value);
    this.#out.varint(value.length);
    this.#out.latin1(value);
    return id;
  }

  #directory(event: DirectoryEvent): void {
    const name = this.#text(event.name, event.time);
    this.#beginShort(event.time, directoryMember.tag);
    const out = this.#out;
    out.field(directoryTag.id, event.id);
    out.field(directoryTag.parent, event.parent);
    out.field(directoryTag.name, name);
    out.field(directoryTag.object, event.object);
    this.#endShort();
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
