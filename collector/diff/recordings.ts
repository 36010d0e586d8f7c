import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { UsageError } from "../cli/usage-error.ts";
import { programPath } from "../program.ts";
import type { Diff } from "./diff.ts";
import type { Evidence, Question } from "./side/evidence.ts";
import type { Failure, FromReader } from "./side/reader.ts";
import type { Side } from "./side/side.ts";
import type { State } from "./side/state.ts";

/** A larger young generation than the launcher gives the process: a thread that only reads then collects less often. */
const resourceLimits = { maxYoungGenerationSizeMb: 144 };

/**
 * Compares what two recordings hold. Reading one takes most of the time, so each is read in a thread of its own.
 * @throws UsageError if one cannot be read or is no recording.
 */
export async function diffRecordings(a: string, b: string): Promise<Diff> {
  const worker = new Worker(programPath(import.meta.url, "./side/reader"), { workerData: b, resourceLimits });
  try {
    // The thread begins while this one reads.
    const other = elsewhere(worker);
    // A recording that fails here must not leave the other's failure unhandled.
    other.catch(() => undefined);
    // What it takes to read and to compare is loaded while the thread starts: that is a tenth of the time.
    const [{ openBuild }, { sideOf }] = await Promise.all([
      import("../resolve-build.ts"),
      import("./side/side.ts"),
    ]);
    const own = sideOf(openBuild(a));
    const { diffOf } = await import("./diff.ts");
    return await diffOf(own, await other);
  } finally {
    await worker.terminate();
  }
}

async function elsewhere(worker: Worker): Promise<Side> {
  const [state] = (await once(worker, "message")) as [FromReader<State>];
  return {
    state: unwrapped(state),
    async evidence(questions: readonly Question[]): Promise<Evidence[]> {
      worker.postMessage(questions);
      const [found] = (await once(worker, "message")) as [FromReader<Evidence[]>];
      return unwrapped(found);
    },
  };
}

function unwrapped<T extends object>(message: FromReader<T>): T {
  if (!isFailure(message)) return message.value;
  throw message.isUsage ? new UsageError(message.failure) : new Error(message.failure);
}

function isFailure(message: object): message is Failure {
  return "failure" in message;
}
