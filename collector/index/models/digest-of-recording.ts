import { readRecording } from "../../../proto/recording.ts";
import { Digest } from "../digest.ts";

/** What the first `size` bytes of a recording tell: those after it may be of a block that is being written. */
export function digestOfRecording(path: string, size: number): Digest {
  const digest = new Digest();
  if (size === 0) return digest;
  for (const item of readRecording(path)) {
    if (item.offset + item.length > size) break;
    if (item.kind === "block") digest.addAll(item.events);
  }
  return digest;
}
