import type { Command } from "../model/process.ts";
import { argumentsOf, commandLine, programOf } from "./names.ts";

const installers: ReadonlySet<string> = new Set([
  "apt",
  "apt-get",
  "aptitude",
  "cdebootstrap",
  "debootstrap",
  "mmdebstrap",
  "tasksel",
  "unattended-upgrade",
]);

/** The command line of the nearest program above that brings packages in: apt-get, apt, debootstrap, ... */
export function runOf(chain: readonly Command[]): string | null {
  const found = runCommandOf(chain);
  return found === undefined ? null : commandLine([programOf(found), ...argumentsOf(found)]);
}

/** That program's command itself. */
export function runCommandOf(chain: readonly Command[]): Command | undefined {
  return chain.find((command) => installers.has(programOf(command))) ?? pythonApt(chain);
}

/** A Python program that runs dpkg does so through python-apt. */
function pythonApt(chain: readonly Command[]): Command | undefined {
  const dpkg = chain.findIndex((command) => programOf(command) === "dpkg");
  const above = dpkg < 0 ? undefined : chain[dpkg + 1];
  return above !== undefined && /\/python[\d.]*$/.test(above.executable) ? above : undefined;
}
