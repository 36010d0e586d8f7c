import { setTimeout as wait } from "node:timers/promises";
import { LinkError, sendOver, type Target } from "./link.ts";
import type { RecordingTail } from "./tail.ts";

/** How long is waited after a connection failed, in milliseconds: from the first to the last and no longer. */
const pauses = [250, 500, 1000, 2000, 5000, 10_000];

export interface Progress {
  /** Whether the recording grows no more. */
  hasEnded(): boolean;
  /** How long, after that, the collector may go on not answering, in milliseconds. */
  readonly patience: number;
  /** Told why a connection failed, once for each reason. */
  trouble(message: string): void;
}

/**
 * Sends a recording to a collector, over as many connections as it takes.
 * @throws LinkError if the collector refuses it, or does not answer long after the recording has ended
 */
export async function sendRecording(target: Target, tail: RecordingTail, progress: Progress): Promise<void> {
  let failures = 0;
  let acknowledged = 0;
  let told = "";
  let lostAt: number | undefined;
  for (;;) {
    if (tail.next(0) === undefined && !progress.hasEnded()) {
      await wait(pauses[0]); // the recorder has written nothing yet
      continue;
    }
    try {
      await sendOver(target, tail, progress.hasEnded);
      return;
    } catch (error) {
      if (!(error instanceof LinkError) || !error.again) throw error;
      if (error.acknowledged > acknowledged) failures = 0;
      acknowledged = Math.max(acknowledged, error.acknowledged);
      if (error.message !== told) progress.trouble(error.message);
      told = error.message;
      if (failures === 0 || lostAt === undefined) lostAt = performance.now();
      if (progress.hasEnded() && performance.now() - lostAt > progress.patience) throw error;
    }
    await wait(pauses[Math.min(failures++, pauses.length - 1)]);
  }
}
