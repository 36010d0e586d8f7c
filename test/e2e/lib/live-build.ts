import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { unmountBelow } from "./mounts.ts";
import { checkout } from "./paths.ts";

export type Configuration = "minimal" | "realistic";

/** The time that the checks' images carry: any fixed time before the packages' own would do. */
export const epoch = "1700000000";

/** The environment of a login, so that a build is the same whoever starts the check: nothing of npm's. */
export function buildEnvironment(mirror: string): Record<string, string> {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    LANG: "C.UTF-8",
    MIRROR: mirror,
    SOURCE_DATE_EPOCH: epoch,
  };
}

/** Makes a directory anew, with one of the example configurations in it. */
export async function freshBuild(configuration: Configuration, directory: string): Promise<void> {
  await removeBuild(directory);
  mkdirSync(dirname(directory), { recursive: true });
  cpSync(join(checkout, "test/e2e/config", configuration), directory, { recursive: true });
}

/** Removes a build directory, also one that a stopped build left file systems mounted in. */
export async function removeBuild(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  await unmountBelow(directory);
  await execa("rm", ["--recursive", "--force", "--one-file-system", directory]);
}

/** The image that a build has made. */
export function imageOf(directory: string): string {
  const name = readdirSync(directory).find((each) => each.endsWith(".iso"));
  if (name === undefined) throw new Error(`${directory}: no ISO was built; its build.log says why`);
  return join(directory, name);
}
