import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openIndex } from "../sqlite/open.ts";
import { SqliteIndex } from "../sqlite/sqlite-index.ts";
import { answerCalls, type Methods } from "./calls.ts";
import { storeMethods } from "./methods.ts";

export interface IndexThreadData {
  readonly path: string;
  readonly isToBeMade: boolean;
}

/** What the thread answers beside the index's own methods. */
export interface IndexThreadMethods extends Methods {
  /** Why the index was made anew; undefined if it was not. */
  renewed(): string | undefined;
  /** Lets another thread ask, too. */
  connect(port: MessagePort): void;
}

/** The thread that has the index: nothing else reads or writes its database. */
function main({ path, isToBeMade }: IndexThreadData): void {
  const { database, renewed } = openIndex(path, isToBeMade);
  const index = new SqliteIndex(database);
  const methods: Methods = {};
  for (const name of indexMethods) methods[name] = (index[name] as (...args: never[]) => unknown).bind(index);
  answerCalls(parentPort!, {
    ...methods,
    renewed: () => renewed,
    connect: (port: MessagePort) => answerCalls(port, methods),
  });
}

const indexMethods = [...storeMethods, "close"] as const satisfies readonly (keyof SqliteIndex)[];

main(workerData as IndexThreadData);
