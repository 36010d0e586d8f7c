import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileKeysOf } from "../archive/file-keys.ts";
import { filesBelow } from "../files/below.ts";
import type { Reprepro } from "./program.ts";

/**
 * Makes the databases of a base directory from what is on disk: the files in `pool`, the exported indices in `dists`, and
 * those of the snapshots (as /usr/share/doc/reprepro/recovery has it).
 * @returns whether there was anything.
 */
export async function rebuild(reprepro: Reprepro): Promise<boolean> {
  const { base } = reprepro;
  const dists = join(base, "dists");
  if (!existsSync(join(base, "conf/distributions")) || !existsSync(dists)) return false;
  const pool = filesBelow(join(base, "pool")).map((path) => `pool/${path}`);
  if (pool.length > 0) await reprepro.run(["_detect"], `${pool.join("\n")}\n`);
  await addPackages(reprepro);
  for (const codename of readdirSync(dists)) {
    const snapshots = join(dists, codename, "snapshots");
    for (const serial of existsSync(snapshots) ? readdirSync(snapshots) : []) {
      const keys = [...fileKeysOf(join(snapshots, serial)).keys()];
      if (keys.length > 0)
        await reprepro.run(["_addreferences", `s=${codename}=${serial}`], `${keys.join("\n")}\n`);
    }
  }
  return true;
}

/** By an update from the exported indices, whose files are all there already. */
async function addPackages(reprepro: Reprepro): Promise<void> {
  const { base } = reprepro;
  const [conf, from] = [join(base, "conf.rebuild"), join(base, "from.rebuild")];
  rmSync(conf, { recursive: true, force: true });
  rmSync(from, { recursive: true, force: true });
  mkdirSync(conf);
  mkdirSync(from);
  const distributions = readFileSync(join(base, "conf/distributions"), "utf8");
  writeFileSync(join(conf, "distributions"), distributions.replace(/^Update: .*$/gm, "Update: again"));
  writeFileSync(join(conf, "updates"), `Name: again\nSuite: *\nMethod: copy:${from}\nDownloadListsAs: .gz\n`);
  // Exporting, reprepro would take the indices away before it has read them.
  renameSync(join(base, "dists"), join(from, "dists"));
  try {
    await reprepro.run(["--confdir", conf, "--export=never", "--noskipold", "update"]);
  } finally {
    rmSync(join(base, "dists"), { recursive: true, force: true });
    renameSync(join(from, "dists"), join(base, "dists"));
    rmSync(conf, { recursive: true, force: true });
    rmSync(from, { recursive: true, force: true });
  }
}
