import type { EntryEvent, ImageEvent } from "../../../proto/events.ts";
import { readRecording } from "../../../proto/recording.ts";

/** The image as a recording has it: of each of its trees and files what was said at last, and the entries, without members of archives. */
export interface RecordedImage {
  images: ImageEvent[];
  entries: EntryEvent[];
}

export function readImages(recording: string, of: ImageEvent["of"]): RecordedImage {
  const images = new Map<number, ImageEvent>();
  const entries: EntryEvent[] = [];
  for (const item of readRecording(recording)) {
    if (item.kind === "damage") throw new Error(`${recording}: ${item.because}`);
    for (const event of item.events) {
      if (event.kind === "image" && event.of === of) images.set(event.id, event);
      else if (event.kind === "entry" && images.has(event.image) && event.within.length === 0)
        entries.push(event);
    }
  }
  return { images: [...images.values()], entries };
}
