import { setTimeout as wait } from "node:timers/promises";
import { LinkError, sendOver, type Target } from "./link.ts";
import { Retries } from "./retries.ts";
import type { RecordingTail } from "./tail.ts";

/** How often is looked whether the recording has begun, or ended, in milliseconds. */
const look = 250;

export interface Progress {
  /** Whether the recording grows no more. */
  hasEnded(): boolean;
  /** How long, after that, the collector may go on not answering, in milliseconds. */
  readonly patience: number;
  /** Told why a connection failed, once for each reason in a row of failures. */
  trouble(message: string): void;
}

/**
 * Sends a recording to a collector, over as many connections as it takes.
 * @throws LinkError if the collector refuses it, or does not answer long after the recording has ended
 */
export async function sendRecording(target: Target, tail: RecordingTail, progress: Progress): Promise<void> {
  while (tail.next(0) === undefined) {
    if (progress.hasEnded()) throw nothingRecorded(tail);
    await wait(look);
  }
  const retries = new Retries(progress.patience);
  let told = "";
  for (;;) {
    const begun = performance.now();
    try {
      await sendOver(target, tail, progress.hasEnded);
      return;
    } catch (error) {
      if (!(error instanceof LinkError) || !error.again) throw error;
      if (retries.failed({ ...factsOf(error), begun, failed: performance.now() })) told = "";
      if (progress.hasEnded() && retries.isHopeless(performance.now())) throw error;
      if (error.message !== told) progress.trouble(error.message);
      told = error.message;
    }
    await pause(retries.pause, progress);
  }
}

function factsOf({ wasWelcome, acknowledged }: LinkError) {
  return { wasWelcome, acknowledged };
}

/** Ends when the recording does, too: somebody waits from then on. */
async function pause(milliseconds: number, { hasEnded }: Progress): Promise<void> {
  const end = performance.now() + milliseconds;
  const hadEnded = hasEnded();
  for (let left = milliseconds; left > 0; left = end - performance.now()) {
    await wait(Math.min(left, look));
    if (hasEnded() !== hadEnded) return;
  }
}

function nothingRecorded({ path }: RecordingTail): LinkError {
  return new LinkError(`${path}: nothing was recorded, so there is nothing to send`, false);
}
