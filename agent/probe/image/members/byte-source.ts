export class MembersError extends Error {
  override readonly name = "MembersError";
}

/** What reading the members of one file may take. */
export interface Limits {
  /** Bytes, as they are in the file and decompressed together. */
  bytes: number;
  /** Milliseconds of performance.now() when it must have ended. */
  deadline: number;
}

/** Bytes that come in parts, of which what was read too much can be given back. */
export class ByteSource {
  readonly #parts: AsyncIterator<Buffer>;
  readonly #limits: Limits;
  #back: Buffer = Buffer.alloc(0);

  /** @param limits are used up by what is read. */
  constructor(parts: AsyncIterable<Buffer>, limits: Limits) {
    this.#parts = parts[Symbol.asyncIterator]();
    this.#limits = limits;
  }

  /** The next part, not empty; undefined at the end. @throws MembersError beyond the limits */
  async next(): Promise<Buffer | undefined> {
    const back = this.#back;
    this.#back = Buffer.alloc(0);
    if (back.length > 0) return back;
    for (;;) {
      const { value, done } = await this.#parts.next();
      if (done) return undefined;
      this.#limits.bytes -= value.length;
      if (this.#limits.bytes < 0) throw new MembersError("they are more bytes than are read");
      if (performance.now() > this.#limits.deadline) throw new MembersError("reading them took too long");
      if (value.length > 0) return value;
    }
  }

  /** Gives back what was read last, or the end of it. */
  unread(part: Buffer): void {
    this.#back = this.#back.length === 0 ? part : Buffer.concat([part, this.#back]);
  }

  /** The next bytes without taking them: fewer only at the end. */
  async peek(length: number): Promise<Buffer> {
    let start: Buffer = Buffer.alloc(0);
    while (start.length < length) {
      const part = await this.next();
      if (part === undefined) break;
      start = start.length === 0 ? part : Buffer.concat([start, part]);
    }
    this.unread(start);
    return start.subarray(0, length);
  }

  async skipZeros(): Promise<void> {
    for (let part = await this.next(); part !== undefined; part = await this.next()) {
      const first = part.findIndex((byte) => byte !== 0);
      if (first < 0) continue;
      this.unread(part.subarray(first));
      return;
    }
  }

  async close(): Promise<void> {
    await this.#parts.return?.();
  }
}
