import { read } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";

/** Small enough to stay in a processor's cache between the two copies that it makes. */
const chunk = 512 << 10;
const readInto = promisify(read);

/**
 * Sends bytes of a file, first to last. Two buffers take turns, one being filled while the other is sent: streams would
 * allocate a new one for each chunk, and page faults cost more than the copying.
 * @throws an error of the file or of the receiver; RangeError if the file is shorter than it was
 */
export async function pump(fd: number, first: number, last: number, to: Writable): Promise<void> {
  const buffers = [Buffer.allocUnsafeSlow(chunk), Buffer.allocUnsafeSlow(chunk)];
  let sending: Promise<void> = Promise.resolve();
  // What it fails with is thrown where it is awaited: later, if a read comes between.
  let which = 0;
  for (let at = first; at <= last; which ^= 1) {
    const buffer = buffers[which]!;
    const { bytesRead } = await readInto(fd, buffer, 0, Math.min(chunk, last - at + 1), at);
    if (bytesRead === 0) throw new RangeError("the file was cut while it was being sent");
    await sending;
    sending = send(to, buffer.subarray(0, bytesRead));
    sending.catch(() => {});
    at += bytesRead;
  }
  await sending;
}

function send(to: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // A receiver that goes away may never call back.
    const gone = () => reject(Object.assign(new Error("the client went away"), { code: "ECONNRESET" }));
    to.once("close", gone);
    to.write(bytes, (error) => {
      to.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}
