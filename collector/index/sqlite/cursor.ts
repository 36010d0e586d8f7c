/** A cursor that a client gave back is not one that it was given. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

/** Where a list goes on: opaque to who asks. */
export function cursorOf(...parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts), "utf8").toString("base64url");
}

/** @throws BadCursor if it does not have the types of `like` */
export function partsOf<T extends readonly (string | number)[]>(cursor: string, like: T): T {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch (error) {
    throw new BadCursor(notOurs, { cause: error });
  }
  const isLike =
    Array.isArray(parts) &&
    parts.length === like.length &&
    parts.every((part, i) => typeof part === typeof like[i]);
  if (!isLike) throw new BadCursor(notOurs);
  return parts as unknown as T;
}

const notOurs = 'after must be the "next" of the page before';
