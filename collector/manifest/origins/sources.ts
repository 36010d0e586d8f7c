import type { Configured, ConfiguredFile } from "../configured.ts";
import { stanzasOf } from "../stanzas.ts";
import { plainUri } from "./rules.ts";

/** More lines than anybody's file has: the rest is not looked at. */
const mostLines = 20_000;
const mostUris = 100;

/** The snapshots that any system's apt was told to use, by the URI of the archive. Of several the last in byte order. */
export function snapshotsOf(configured: Configured): Map<string, string> {
  const snapshots = new Map<string, string>();
  for (const file of configured.ofAnySystem(/^\/etc\/apt\/sources\.list(\.d\/[^/]+\.(list|sources))?$/)) {
    for (const [uri, id] of file.path.endsWith(".sources") ? fromStanzas(file) : fromLines(file)) {
      const plain = plainUri(uri);
      const known = plain === undefined ? undefined : snapshots.get(plain);
      // `snapshot=enable` and its like only allow apt's option --snapshot.
      if (plain !== undefined && /^[\d][\w.:-]{7,63}$/.test(id) && (known ?? "") < id)
        snapshots.set(plain, id);
    }
  }
  return snapshots;
}

/** `deb [arch=amd64 snapshot=20240101T000000Z] URI SUITE COMPONENT...` */
function fromLines({ text }: ConfiguredFile): [uri: string, id: string][] {
  return text
    .split("\n", mostLines)
    .map((line) => /^\s*deb(?:-src)?\s+\[([^\]]*)\]\s*([^\s#]+)/.exec(line))
    .flatMap((found) => {
      const id = /(?:^|\s)snapshot=(\S+)/i.exec(found?.[1] ?? "")?.[1];
      return id === undefined ? [] : [[found![2]!, id] as [string, string]];
    });
}

/** Stanzas of deb822 style, with a field `Snapshot`. */
function fromStanzas({ text }: ConfiguredFile): [uri: string, id: string][] {
  return stanzasOf(text).flatMap((fields) => {
    const id = fields.get("snapshot") ?? "";
    const uris = (fields.get("uris") ?? "").split(/\s+/, mostUris);
    return uris.map((uri): [string, string] => [uri, id]);
  });
}
