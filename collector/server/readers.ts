/** Which recordings are read at the moment: a retention rule waits for them. */
export class Readers {
  readonly #counts = new Map<string, number>();

  isRead(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Holds recordings while `work` goes on. */
  async during<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const key of keys) {
        const left = (this.#counts.get(key) ?? 1) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      }
    }
  }
}
