import type { ContentEvent } from "../../../../proto/events.ts";
import type { KeptContent } from "./kept.ts";
import { holdsSecret } from "./secret-content.ts";
import { isSecretPlace } from "./secret-places.ts";
import { isShadow, redactShadow } from "./shadow.ts";

/** struct squashfs_super_block: what follows it is compressed, and can be of any file in it. */
const squashfsMagic = "hsqs";
const superblockSize = 96;

/**
 * What may be told of a content: never a key or a password. Of shadow files it is all but the hashes.
 * @param paths of the files that have it: one that is a secret's makes it secret.
 */
export function told(
  paths: readonly string[],
  { size, data }: KeptContent,
): { data: Buffer; omitted: ContentEvent["omitted"] } {
  const isWhole = data.length === size;
  if (data.toString("latin1", 0, 4) === squashfsMagic)
    return { data: data.subarray(0, superblockSize), omitted: "size" };
  if (paths.some(isShadow)) return { data: redactShadow(data, isWhole), omitted: "secret" };
  if (paths.some((path) => isSecretPlace(path, data)) || holdsSecret(data))
    return { data: Buffer.alloc(0), omitted: "secret" };
  return { data, omitted: isWhole ? "" : "size" };
}
