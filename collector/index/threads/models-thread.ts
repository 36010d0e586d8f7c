import { parentPort } from "node:worker_threads";
import { Models } from "../models/models.ts";
import { answerCalls, type Methods } from "./calls.ts";

/** The thread that reads whole recordings. */
function main(): void {
  const models = new Models();
  const methods: Methods = {};
  for (const name of modelMethods)
    methods[name] = (models[name] as (...args: never[]) => unknown).bind(models);
  answerCalls(parentPort!, methods);
}

const modelMethods = [
  "connect",
  "describe",
  "digest",
  "why",
  "manifest",
  "findings",
  "diff",
] as const satisfies readonly (keyof Models)[];

main();
