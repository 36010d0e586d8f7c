import { fileURLToPath } from "node:url";

/** A thread's entry point beside a module. A checkout runs TypeScript, an installed package the JavaScript made from it. */
export function threadPath(name: string, module: string): string {
  return fileURLToPath(new URL(`./${name}${module.endsWith(".ts") ? ".ts" : ".js"}`, module));
}
