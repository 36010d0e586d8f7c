import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { programPath } from "../../program.ts";
import type { IndexStore } from "../index-store.ts";
import { Caller, remote } from "./calls.ts";
import type { IndexThreadData } from "./index-thread.ts";
import { storeMethods } from "./methods.ts";

type Asked = { [K in keyof IndexStore]: IndexStore[K] };

/** The index, as the collector's main thread has it: its database is in another thread. */
export interface ThreadedIndex extends IndexStore {
  /** Why it was made anew; undefined if it was not. */
  readonly renewed: string | undefined;
  /** Another way to the same index, for another thread; see `indexAt`. */
  connect(): MessagePort;
  /** Questions that are not answered yet. */
  waiting(): number;
}

/** @param failed told if the thread ends by itself: the index answers no more. @throws what opening the database throws */
export async function startIndex(
  path: string,
  isToBeMade: boolean,
  failed: (error: Error) => void,
): Promise<ThreadedIndex> {
  const workerData: IndexThreadData = { path, isToBeMade };
  const worker = new Worker(programPath(import.meta.url, "./index-thread"), { workerData });
  const caller = new Caller(worker);
  let isClosing = false;
  worker.on("error", (error) => {
    caller.fail(error as Error);
    failed(error as Error);
  });
  worker.on("exit", () => {
    if (!isClosing) caller.fail(new Error("the index's thread has ended"));
  });
  const renewed = (await caller.call("renewed")) as string | undefined;
  return {
    ...asked(caller),
    renewed,
    connect: () => {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ number: 0, name: "connect", args: [port1] }, [port1]);
      return port2;
    },
    waiting: () => caller.open,
    close: async () => {
      await caller.call("close");
      isClosing = true;
      await worker.terminate();
    },
  };
}

/** The index at the other end of what `connect` gave. */
export function indexAt(port: MessagePort): Pick<IndexStore, "put"> {
  return asked(new Caller(port));
}

function asked(caller: Caller): Omit<IndexStore, "close"> {
  return remote<Omit<Asked, "close"> & Record<string, never>>(caller, storeMethods as never) as never;
}
