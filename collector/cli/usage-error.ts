/** What the caller asked for cannot be done as asked: the message is one line, the exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
