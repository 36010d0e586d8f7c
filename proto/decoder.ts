import type { DirectoryEvent, Event, EventKind, FileEvent, Host } from "./events.ts";
import { messages } from "./messages.ts";
import { deltaTag } from "./schema.ts";

/**
 * The events of one block.
 * @throws RangeError or Error if the bytes are not such messages: the caller says which block it was.
 */
export function* decodeEvents(block: Uint8Array): Generator<Event> {
  const { Reader, memberByTag, hostType } = messages();
  const reader = Reader.create(block);
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
