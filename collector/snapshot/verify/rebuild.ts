import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { execa } from "execa";
import { programPath } from "../../program.ts";
import { SnapshotError } from "../error.ts";
import { digestOf } from "../files/digest.ts";
import { publicKey } from "../key/signer.ts";
import type { Layout } from "../layout.ts";
import type { Tag } from "../state.ts";
import { keyFile } from "../tree/settings.ts";

export interface Rebuild {
  readonly tree: string;
  /** Where it is built: made anew. */
  readonly work: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Rebuilt {
  readonly image: string;
  readonly sha256: string;
}

/** What a build leaves in a tree: not of the tree. */
const products =
  /^(?:\.build|\.lock|binary|cache|chroot|isotrace|local|source|tmp)(?:\/|$)|^(?:chroot|binary|live-image|build)[^/]*\.(?:iso|log|files|packages|contents|tmp|zsync|manifest)[^/]*$|^[^/]*\.iso$/;

const inside = programPath(import.meta.url, "./inside");

/**
 * Builds an image from a tag's archives alone: in a network namespace of its own, in which nothing is to be reached but a
 * server of those archives. @throws SnapshotError if the build fails
 */
export async function rebuild(layout: Layout, tag: Tag, request: Rebuild): Promise<Rebuilt> {
  const { work, command, environment } = request;
  if (process.getuid?.() !== 0)
    throw new SnapshotError({
      subject: "verify",
      rule: "must be run by root, as live-build",
      remedy: "run it with sudo",
    });
  copyTree(request.tree, work);
  cpSync(publicKey(layout), join(work, keyFile));
  const args = ["--net", "--", process.execPath, inside, layout.data, tag.name, work, ...command];
  const { exitCode } = await execa("unshare", args, {
    env: environment,
    extendEnv: false,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
  });
  if (exitCode !== 0) {
    const rule = `must build from the tagged archives alone, but ${command.join(" ")} ended with status ${exitCode}`;
    throw new SnapshotError({ subject: work, rule, remedy: "its output above says why" });
  }
  const name = readdirSync(work).find((each) => each.endsWith(".iso"));
  if (name === undefined) {
    const rule = "must have an ISO when it is built";
    throw new SnapshotError({ subject: work, rule, remedy: "check that the tree's configuration makes one" });
  }
  return { image: join(work, name), sha256: digestOf(join(work, name)) };
}

function copyTree(tree: string, work: string): void {
  const [from, to] = [resolve(tree), resolve(work)];
  if (existsSync(join(to, "chroot")) && readdirSync(to).length > 0) refuseMounted(to);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (products.test(name) || join(from, name) === to) continue;
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      filter: (path) => resolve(path) !== to && !products.test(relative(from, path)),
    });
  }
}

/** A build that was stopped leaves file systems mounted: those are not to be deleted with it. */
function refuseMounted(work: string): void {
  const points = readFileSync("/proc/self/mounts", "latin1")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  const mounts = points.filter((point) => point.startsWith(`${work}/`));
  if (mounts.length === 0) return;
  throw new SnapshotError({
    subject: work,
    rule: `must have nothing mounted in it (${mounts.join(", ")})`,
    remedy: "unmount that, or give another directory with --work",
  });
}
