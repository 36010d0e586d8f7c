/**
 * Where the caller reads what the build prints. It can fail, as where its reader has ended or its disk is full; Isotrace
 * goes on, and what is written after that is dropped: the recording has it.
 */
export class CallerOutput {
  readonly #to: NodeJS.WriteStream;
  #fails = false;

  /** @param onFailure called once, with the first failure */
  constructor(to: NodeJS.WriteStream, onFailure: (error: NodeJS.ErrnoException) => void) {
    this.#to = to;
    to.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#fails) return;
      this.#fails = true;
      onFailure(error);
    });
  }

  /** @returns false if nothing more is to be written before `onTaken` is called; `onFailure` may be called instead */
  write(data: Uint8Array, onTaken: () => void): boolean {
    if (this.#fails || this.#to.write(data)) return true;
    this.#to.once("drain", onTaken);
    return false;
  }
}

/** Passes bytes on, no faster than they are taken, so that a slow reader slows the build as it always would. */
export function forward(
  from: NodeJS.ReadableStream & { destroy(): unknown },
  to: NodeJS.WriteStream,
  onData: (data: Buffer) => void,
): void {
  const output = new CallerOutput(to, (error) => {
    // Without Isotrace the build itself would write into a pipe that nobody reads: now it does.
    if (error.code === "EPIPE") from.destroy();
    else from.resume();
  });
  from.on("data", (data: Buffer) => {
    onData(data);
    if (!output.write(data, () => from.resume())) from.pause();
  });
}
