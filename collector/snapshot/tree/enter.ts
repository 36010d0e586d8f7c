import type { Say } from "../session.ts";
import { pointLiveBuild } from "./live-build.ts";
import { resolveTree } from "./resolve.ts";
import { isFrozenTree, readSettings } from "./settings.ts";

/**
 * Makes a frozen tree ready for one build: resolves its serials, and points live-build at the snapshots.
 * Does nothing in a tree that is none.
 * @throws SnapshotError
 */
export async function enterFrozenTree(tree: string, env: Record<string, string>, say: Say): Promise<void> {
  if (!isFrozenTree(tree)) return;
  const settings = readSettings(tree);
  const serials = await resolveTree(tree);
  const archives = new Map(
    [...serials].map(([archive, serial]) => [archive, `${settings.url}/${archive}/${serial}`]),
  );
  await pointLiveBuild(tree, settings, archives, env);
  say(`snapshots: ${[...serials].map((each) => each.join(" ")).join(", ")}`);
}
