import { constants } from "node:os";
import { delimiter } from "node:path";

/** What the process that called Isotrace had, and Node changed when it started. */
export interface Caller {
  /** Signals that are ignored, as nohup(1) has it, without "SIG". */
  ignored: string[];
  /** Soft limit of open files; undefined if it was not told, or has no bound. */
  openFiles: number | undefined;
}

/** What the launcher (agent/isotrace) put into ISOTRACE_CALLER before Node started: `SigIgn:HEX nofile:N`. */
export function callerOf(env: NodeJS.ProcessEnv): Caller {
  const facts = new Map(
    (env.ISOTRACE_CALLER ?? "").split(" ").map((word) => word.split(":") as [string, string]),
  );
  const bits = /^[0-9a-f]{1,16}$/.test(facts.get("SigIgn") ?? "") ? BigInt(`0x${facts.get("SigIgn")}`) : 0n;
  const ignored = Object.entries(constants.signals)
    .filter(([, number]) => number < 32 && ((bits >> BigInt(number - 1)) & 1n) === 1n)
    .map(([name]) => name.slice(3));
  const openFiles = Number(facts.get("nofile"));
  return {
    ignored: [...new Set(ignored)].sort(),
    openFiles: Number.isSafeInteger(openFiles) && openFiles > 0 ? openFiles : undefined,
  };
}

/** The command to start so that the build has the caller's ignored signals: Node's own start resets them for children. */
export function commandFor(caller: Caller, argv: string[]): { file: string; args: string[] } {
  const [file, ...args] = argv;
  if (caller.ignored.length === 0) return { file: file!, args };
  return { file: "env", args: [`--ignore-signal=${caller.ignored.join(",")}`, ...argv] };
}

/**
 * The caller's environment: without Isotrace's own variables, and without what npm put in when npm started Isotrace
 * (its variables, and the directories of commands that it put in front of PATH).
 */
export function buildEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const byNpm = env.npm_execpath !== undefined || env.npm_lifecycle_event !== undefined;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name.startsWith("ISOTRACE_")) continue;
    if (name === "NODE_COMPILE_CACHE" && value.endsWith("/.cache/isotrace")) continue; // the launcher's
    if (byNpm && isNpms(name, value, env)) continue;
    kept[name] = byNpm && name === "PATH" ? withoutNpm(value) : value;
  }
  return kept;
}

function isNpms(name: string, value: string, env: NodeJS.ProcessEnv): boolean {
  if (/^npm_/i.test(name)) return true;
  // npm sets these three itself (@npmcli/config, set-envs), and EDITOR to its own choice if there was none: it tells
  // which only if that is not its default.
  if (name === "NODE" || name === "INIT_CWD" || name === "COLOR") return true;
  return name === "EDITOR" && value === (env.npm_config_editor ?? (env.VISUAL || "vi"));
}

function withoutNpm(path: string): string {
  return path
    .split(delimiter)
    .filter((directory) => !/\/node_modules\/\.bin$|\/node-gyp-bin$/.test(directory))
    .join(delimiter);
}
