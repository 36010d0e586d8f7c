import type { ConfigurationLook } from "./look.ts";

/** Parts of apt's configuration, and how apt chooses their names (apt.conf(5), apt_preferences(5), sources.list(5)). */
const parts = [
  { file: "/etc/apt/preferences", ending: /^[\w-]+$|\.pref$/, isWanted: undefined },
  { file: "/etc/apt/apt.conf", ending: /^[\w-]+$|\.conf$/, isWanted: choosesPackages },
  { file: "/etc/apt/sources.list", ending: /\.(?:list|sources)$/, isWanted: undefined },
] as const;

/** Looks at what decides which packages apt chooses, in the system that is this process's root. */
export function lookAtApt(look: ConfigurationLook): void {
  for (const { file, ending, isWanted } of parts) {
    look.read(file, isWanted);
    for (const name of look.names(`${file}.d`)) {
      if (isPart(name) && ending.test(name)) look.read(`${file}.d/${name}`, isWanted);
    }
  }
}

/** apt passes over hidden files, and over names with other characters. */
function isPart(name: string): boolean {
  return /^[\w-][\w.-]*$/.test(name);
}

const choices =
  /\b(?:default-release|install-recommends|install-suggests|include-phased-updates|snapshot|architectures?|solver|strict-pinning|preferences(?:parts)?|source(?:list|parts))\b/i;

/** Whether an apt.conf(5) has a setting that changes which package, or which version of it, is chosen. */
function choosesPackages(text: string): boolean {
  return choices.test(text);
}
