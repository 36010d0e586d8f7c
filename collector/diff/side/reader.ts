import { parentPort, workerData } from "node:worker_threads";
import { UsageError } from "../../cli/usage-error.ts";
import { openBuild } from "../../resolve-build.ts";
import type { Question } from "./evidence.ts";
import { sideOf } from "./side.ts";

/** What a reader's thread answers. */
export type FromReader<T> = { readonly value: T } | Failure;
export interface Failure {
  readonly failure: string;
  /** The recording cannot be read: that is the caller's to mend. */
  readonly isUsage: boolean;
}

/** The entry point of a thread that reads one recording: tells its state, then answers questions about paths. */
function main(recording: string): void {
  const side = answer(() => sideOf(openBuild(recording)));
  if ("failure" in side) {
    parentPort!.postMessage(side);
    return;
  }
  parentPort!.postMessage({ value: side.value.state });
  parentPort!.on("message", async (questions: readonly Question[]) => {
    const evidence = side.value.evidence(questions);
    parentPort!.postMessage({ value: await evidence });
  });
}

function answer<T>(make: () => T): FromReader<T> {
  try {
    return { value: make() };
  } catch (error) {
    return { failure: (error as Error).message, isUsage: error instanceof UsageError };
  }
}

main(workerData as string);
