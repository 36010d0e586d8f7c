import type { ConfiguredFile } from "../configured.ts";

/** What apt reads (apt.conf(5)): the parts first, so that the main file has the last word. */
export const aptConfPath = /^\/etc\/apt\/apt\.conf(\.d\/([\w-]+|[\w.-]+\.conf))?$/;

/** Settings of a system's apt.conf(5). */
export interface AptSettings {
  /** `APT::Default-Release`; empty if it is not set. */
  readonly defaultRelease: string;
  /** `APT::Install-Recommends`; true if it is not set. */
  readonly installRecommends: boolean;
}

export function aptSettings(files: readonly ConfiguredFile[]): AptSettings {
  const isMain = ({ path }: ConfiguredFile) => path === "/etc/apt/apt.conf";
  const texts = [...files.filter((file) => !isMain(file)), ...files.filter(isMain)].map(({ text }) =>
    plain(text),
  );
  const last = (name: string) => texts.flatMap((text) => valuesOf(text, name)).at(-1);
  const installRecommends = last("Install-Recommends");
  return {
    defaultRelease: last("Default-Release") ?? "",
    installRecommends: installRecommends === undefined || !isNo(installRecommends),
  };
}

/** What counts as false to apt (`StringToBool`). */
export function isNo(value: string): boolean {
  return /^(no|false|without|off|disable|0)$/i.test(value);
}

/** `APT::NAME "x";`, or within `APT { ... };`: nothing else of apt's is called so. */
function valuesOf(text: string, name: string): string[] {
  const setting = new RegExp(`(?:^|[\\s{;:])${name}\\s+(?:"([^"\\n]*)"|([^\\s";{}]+))\\s*;`, "gi");
  return [...text.matchAll(setting)].map(([, quoted, bare]) => quoted ?? bare!);
}

function plain(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, " ").replace(/^\s*(?:\/\/|#).*$/gm, "");
}
