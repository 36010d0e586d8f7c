/** The command line is wrong: the entry point prints the message as one line and exits 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
