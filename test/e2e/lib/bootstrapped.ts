import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { execa } from "execa";
import { removeBuild } from "./live-build.ts";

/**
 * A tarball of a bootstrapped minbase system, made once.
 * @param mend takes out of the new system what is of its own making, before it is packed.
 * @returns the tarball's path
 */
export async function bootstrapped(
  tarball: string,
  mirror: string,
  options: readonly string[],
  mend: (directory: string) => void,
): Promise<string> {
  if (existsSync(tarball)) return tarball;
  const directory = `${tarball}.d`;
  await removeBuild(directory);
  mkdirSync(dirname(tarball), { recursive: true });
  await execa("debootstrap", ["--variant=minbase", ...options, "bookworm", directory, mirror]);
  mend(directory);
  await execa("tar", ["--create", "--file", `${tarball}.tmp`, "--directory", directory, "."]);
  await execa("mv", [`${tarball}.tmp`, tarball]);
  await removeBuild(directory);
  return tarball;
}
