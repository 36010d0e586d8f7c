import type { Build } from "../model/build.ts";
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
export function maintainerScriptOf(build: Build, chain: readonly Command[]): MaintainerScript | undefined {
  for (const command of chain) {
    const call = callOf(command);
    if (call !== undefined) return scriptOf(command, call, variablesOf(build, command, call.path));
  }
  return undefined;
}

export function isMaintainerScript(command: Command): boolean {
  return callOf(command) !== undefined;
}

interface Call {
  path: string;
  args: readonly string[];
}

function callOf(command: Command): Call | undefined {
  const { filename, argv } = command;
  if (isScript(filename)) return { path: filename, args: argumentsOf(command) };
  if (basename(filename) !== "frontend") return undefined;
  const at = argv.findIndex(isScript);
  return at < 0 ? undefined : { path: argv[at]!, args: argv.slice(at + 1) };
}

function isScript(path: string): boolean {
  return installed.test(path) || unpacking.test(path);
}

/** dpkg's variables. Where a script has called exec to become the frontend, they are those that it had itself. */
function variablesOf(build: Build, command: Command, path: string): Command["environment"] {
  const commands = build.processes.all[command.process]?.commands ?? [];
  const script = commands.findLast((each) => each?.filename === path && each.epoch <= command.epoch);
  return (script ?? command).environment;
}

function scriptOf(
  command: Command,
  { path, args }: Call,
  environment: Command["environment"],
): MaintainerScript {
  const named = installed.exec(path);
  const name = named?.[1] ?? environment.get("DPKG_MAINTSCRIPT_PACKAGE") ?? "";
  const architecture = named?.[2] ?? environment.get("DPKG_MAINTSCRIPT_ARCH") ?? "";
  const script = named === null ? `${name}.${basename(path)}` : basename(path);
  return { package: name, architecture, label: labelOf(script, args), command };
}

// dpkg gives an empty argument where there is no old version (`postinst configure ""`).
function labelOf(script: string, args: readonly string[]): string {
  return [script, ...args.filter((word) => word !== "")].join(" ");
}
