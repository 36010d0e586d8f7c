import { spawnSync } from "node:child_process";
import { UsageError } from "../cli/usage-error.ts";
import { programPath } from "../program.ts";

/**
 * A build of the collector that the environment names (`ISOTRACE_COLLECTOR`), as a file. What reads recordings does so at
 * once, so another process fetches it meanwhile.
 * @returns undefined if the environment names none. @throws UsageError if the collector does not give it
 */
export function collectorsBuild(build: string): string | undefined {
  const { ISOTRACE_COLLECTOR: collector = "", ISOTRACE_CA: authorities = "" } = process.env;
  if (collector === "") return undefined;
  const script = programPath(import.meta.url, "./main");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, build], {
    encoding: "utf8",
    env: { ...process.env, ...(authorities === "" ? {} : { NODE_EXTRA_CA_CERTS: authorities }) },
  });
  if (status === 0) return stdout;
  throw new UsageError(stderr.trim() || `${collector}: the recording could not be fetched`);
}
