/**
 * How each side of an uplink finds out that the other is gone: every byte that comes is a sign of life, also one of a frame
 * that takes long. A dead peer must be found within 15 s: `silence`, and one look. Milliseconds.
 */
export const keepAlive = {
  /** After so long without a byte the peer is dead. */
  silence: 13_000,
  /**
   * How often it is asked for one, also if it is heard of: a question is a sign of life itself, and who sends one large frame
   * for long may not be sent anything else. Three may get lost.
   */
  question: 3_000,
  /** How often that is looked at. */
  look: 1_000,
} as const;

export type Verdict = "alive" | "ask" | "dead";

/** Judges one connection by the bytes that have come over it. Without a clock of its own. */
export class KeepAlive {
  #bytes: number | undefined;
  #heard: number;
  #asked: number;
  #looked: number;

  /** @param now of a clock that only goes forward, in milliseconds, like everywhere here. */
  constructor(now: number) {
    this.#heard = this.#asked = this.#looked = now;
  }

  /** @param bytes that have come since the connection was made; undefined while it is not. */
  look(bytes: number | undefined, now: number): Verdict {
    // Who has not looked for long was held up itself (a debugger, a laptop that slept): what came meanwhile is still unread.
    const wasHeldUp = now - this.#looked > keepAlive.silence / 2;
    this.#looked = now;
    if (bytes !== this.#bytes || wasHeldUp) this.hear(now);
    this.#bytes = bytes;
    if (now - this.#heard >= keepAlive.silence) return "dead";
    if (now - this.#asked < keepAlive.question) return "alive";
    this.#asked = now;
    return "ask";
  }

  /** The peer is not listened to at present, so its silence says nothing. */
  hear(now: number): void {
    this.#heard = now;
  }
}
