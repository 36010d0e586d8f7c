import { readRecording } from "../../proto/recording.ts";
import { nameOf } from "../index/name.ts";
import { byteString } from "../model/bytes.ts";
import type { Facts } from "./recording-store.ts";

/** A build's name, by the beginning of its recording: for where there is no index. @throws a system error */
export function recordedName(path: string, { labels, size }: Facts): string {
  if (size === 0) return nameOf(labels, "");
  for (const item of readRecording(path)) {
    if (item.kind === "damage") break;
    for (const event of item.events) {
      if (event.kind === "segment") return nameOf(labels, byteString(event.directory));
    }
  }
  return nameOf(labels, "");
}
