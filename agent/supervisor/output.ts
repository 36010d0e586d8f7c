/**
 * Passes on what the build prints, no faster than it is taken, so that a slow reader slows the build as it always would.
 * Where it cannot be written (its reader has ended, its disk is full) it is dropped: the recording has it.
 */
export function forward(
  from: NodeJS.ReadableStream & { destroy(): unknown },
  to: NodeJS.WriteStream,
  onData: (data: Buffer) => void,
): void {
  let isTaken = true;
  to.on("error", (error: NodeJS.ErrnoException) => {
    isTaken = false;
    // Without Isotrace the build itself would write into a pipe that nobody reads: now it does.
    if (error.code === "EPIPE") from.destroy();
    else from.resume();
  });
  from.on("data", (data: Buffer) => {
    onData(data);
    if (!isTaken || to.write(data)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
}
