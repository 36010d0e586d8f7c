import { Inside } from "../../inside/inside.ts";
import { type Findings, nothingAsked, type Survey } from "../../inside/protocol.ts";

/** What is to be found out of a system; what is not given is not asked for. */
export type Question = Partial<Omit<Survey, "id">>;

/** Asks the process inside a system, one question at a time. */
export class Asker {
  readonly #inside: Inside;
  readonly #loss: (detail: string) => void;

  /** @param open opens the system's root directory; the descriptor is closed here. */
  constructor(open: () => number, loss: (detail: string) => void) {
    this.#inside = new Inside(open);
    this.#loss = loss;
  }

  /**
   * A process inside that was killed, or that hostile content brought down, is asked again once.
   * @returns undefined if nothing was found out; that is a loss, and counted.
   */
  async ask(question: Question): Promise<Findings | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const findings = await this.#inside.survey({ ...nothingAsked, ...question });
        for (const detail of findings.losses) this.#loss(detail);
        return findings;
      } catch (error) {
        const hasStarted = !(error instanceof Error && "code" in error);
        if (hasStarted && attempt === 1) continue;
        // Mostly the chroot was removed before it could be looked at; what was known of it is told at the end.
        this.#loss(`packages of a chroot could not be read: ${(error as Error).message}`);
        return undefined;
      }
    }
  }

  close(): Promise<void> {
    return this.#inside.close();
  }
}
