import type { Command } from "../model/process.ts";
import { argumentsOf, basename } from "./names.ts";

/** A maintainer script of a package (deb-preinst(5) and its like), as dpkg ran it. */
export interface MaintainerScript {
  readonly package: string;
  /** Empty if it is not known. */
  readonly architecture: string;
  /** `ca-certificates-java.postinst triggered update-ca-certificates-java` */
  readonly label: string;
  readonly command: Command;
}

const kind = "(preinst|postinst|prerm|postrm|config)";
const installed = new RegExp(`/var/lib/dpkg/info/([^/:]+)(?::([^/]+))?\\.${kind}$`);
const unpacking = new RegExp(`/var/lib/dpkg/tmp\\.ci/${kind}$`);

/**
 * The nearest maintainer script at or above a process. A script runs from `/var/lib/dpkg/info/NAME.postinst`, or,
 * while its package is unpacked, from `tmp.ci/`, where only dpkg's variables say which package it is; debconf's
 * frontend has the script among its arguments.
 */
export function maintainerScriptOf(chain: readonly Command[]): MaintainerScript | undefined {
  for (const command of chain) {
    const found = scriptOf(command, command.filename, argumentsOf(command)) ?? viaDebconf(command);
    if (found !== undefined) return found;
  }
  return undefined;
}

function viaDebconf(command: Command): MaintainerScript | undefined {
  if (basename(command.filename) !== "frontend") return undefined;
  const at = command.argv.findIndex((word) => installed.test(word) || unpacking.test(word));
  return at < 0 ? undefined : scriptOf(command, command.argv[at]!, command.argv.slice(at + 1));
}

function scriptOf(command: Command, path: string, args: readonly string[]): MaintainerScript | undefined {
  const { environment } = command;
  const named = installed.exec(path);
  if (named !== null) {
    const architecture = named[2] ?? environment.get("DPKG_MAINTSCRIPT_ARCH") ?? "";
    return { package: named[1]!, architecture, label: labelOf(basename(path), args), command };
  }
  const fresh = unpacking.exec(path);
  if (fresh === null) return undefined;
  const name = environment.get("DPKG_MAINTSCRIPT_PACKAGE") ?? "";
  const architecture = environment.get("DPKG_MAINTSCRIPT_ARCH") ?? "";
  return { package: name, architecture, label: labelOf(`${name}.${fresh[1]}`, args), command };
}

// dpkg gives an empty argument where there is no old version (`postinst configure ""`).
function labelOf(script: string, args: readonly string[]): string {
  return [script, ...args.filter((word) => word !== "")].join(" ");
}
