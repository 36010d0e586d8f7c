import { controlOf, sourceOf, stanzas } from "./deb822.ts";

export interface Installed extends ReturnType<typeof controlOf> {
  name: string;
  version: string;
  architecture: string;
  source: string;
  sourceVersion: string;
}

/** The packages that dpkg's status file shows as unpacked or further (dpkg(1), "package states"): what `dpkg-query -W` lists with a version. */
export function parseStatus(text: string): Installed[] {
  const installed: Installed[] = [];
  for (const stanza of stanzas(text)) {
    const state = (stanza.get("status") ?? "").split(" ")[2] ?? "";
    const name = stanza.get("package");
    const version = stanza.get("version");
    if (name === undefined || version === undefined) continue;
    if (state === "not-installed" || state === "config-files" || state === "half-installed") continue;
    const architecture = stanza.get("architecture") ?? "";
    installed.push({ name, version, architecture, ...sourceOf(stanza), ...controlOf(stanza) });
  }
  return installed;
}
