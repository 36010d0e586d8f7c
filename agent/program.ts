import { fileURLToPath } from "node:url";

/**
 * The path of another program of Isotrace, named relative to a module and without its ending: a checkout runs
 * TypeScript, an installed package the JavaScript made from it.
 */
export function programPath(moduleUrl: string, name: string): string {
  const ending = moduleUrl.endsWith(".ts") ? ".ts" : ".js";
  return fileURLToPath(new URL(`${name}${ending}`, moduleUrl));
}

/** The command `isotrace` of this installation: what one command runs of another goes through it. */
export const launcher = fileURLToPath(new URL("./isotrace", import.meta.url));
