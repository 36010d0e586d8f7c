import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshBuild } from "../../lib/live-build.ts";

/** The minimal image, with security updates and other updates: three suites of two archives. */
export async function freshTree(directory: string): Promise<void> {
  await freshBuild("minimal", directory);
  const file = join(directory, "auto/config");
  const text = readFileSync(file, "utf8");
  const security =
    '--security true --mirror-chroot-security "$mirror-security" --mirror-binary-security "$mirror-security"';
  const changed = text.replace("--security false", security).replace("--updates false", "--updates true");
  if (changed.includes("--updates false") || !changed.includes(security))
    throw new Error(`${file}: has no --security false and --updates false`);
  writeFileSync(file, changed);
}
