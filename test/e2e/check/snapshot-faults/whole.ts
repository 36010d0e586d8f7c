import { join } from "node:path";
import { publicKey } from "../../../../collector/snapshot/key/signer.ts";
import { Apt } from "../../../collector/snapshot/support/apt.ts";
import type { TestInstance } from "../../../collector/snapshot/support/instance.ts";

/**
 * Looks whether every snapshot and tag that is listed is whole: each file by its sha256, and each Release file by apt.
 * @returns what is wrong, a line each.
 */
export async function faultsOf(instance: TestInstance, url: string, home: string): Promise<string[]> {
  const { status, stdout, stderr } = await instance.run("list", "--content");
  const faults = status === 0 ? [] : [`list --content: status ${status}: ${stdout}${stderr}`];
  const { snapshots, tags } = instance.state;
  const sources = [
    ...snapshots.map(({ archive, serial }) => `deb ${url}/${archive}/${serial} stable main`),
    ...tags.flatMap(({ name, archives }) =>
      Object.keys(archives).map((archive) => `deb ${url}/${name}/${archive} stable main`),
    ),
  ];
  if (sources.length === 0) return faults;
  const { ok, said } = await new Apt(join(home, "apt"), sources, publicKey(instance.layout)).update();
  if (!ok) faults.push(`apt-get update: ${said}`);
  return faults;
}
