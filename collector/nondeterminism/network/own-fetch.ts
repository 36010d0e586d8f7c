import { aptCommand } from "../../manifest/runs/apt-command.ts";
import type { Command } from "../../model/process.ts";
import { argumentsOf, programOf } from "../../story/names.ts";

/** Those that fetch packages with wget; the others leave it to apt. */
const bootstrappers: ReadonlySet<string> = new Set(["debootstrap", "cdebootstrap"]);

/**
 * Whether a connection was made to fetch packages or apt's lists, which the manifest accounts for: by one of apt's
 * methods, whoever runs apt, or by debootstrap's wget. What a maintainer script or one of apt's own hooks downloads
 * runs below apt-get as well, but is none.
 *
 * @param chain that of the process which connected.
 */
export function isForPackages(chain: readonly Command[]): boolean {
  const [command, above] = chain;
  if (command === undefined) return false;
  if (isMethod(command)) return !isForOther(above);
  const program = programOf(command);
  if (bootstrappers.has(program)) return true;
  const isFetcher = program === "wget" || program === "curl";
  return isFetcher && above !== undefined && bootstrappers.has(programOf(above));
}

/** apt's programs that fetch: `/usr/lib/apt/methods/http`. */
function isMethod({ executable, filename }: Command): boolean {
  return /\/lib\/apt\/methods\/[^/]+$/.test(filename) || /\/lib\/apt\/methods\/[^/]+$/.test(executable);
}

/** `apt-helper download-file` fetches any URL; `apt-get changelog` what is in no archive. */
function isForOther(above: Command | undefined): boolean {
  if (above === undefined) return false;
  const program = programOf(above);
  if (program === "apt-helper") return true;
  return aptCommand(program, argumentsOf(above)).verb === "changelog";
}
