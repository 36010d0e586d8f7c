import type { PackageAction } from "../../../proto/events.ts";

export interface LogEntry {
  action: Extract<PackageAction, "install" | "upgrade" | "remove" | "purge">;
  name: string;
  architecture: string;
  version: string;
  oldVersion: string;
  /** Date and time as the log gives them: local time of the process that wrote it. */
  logged: string;
}

const line =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (install|upgrade|remove|purge) ([^\s:]+)(?::(\S+))? (\S+) (\S+)$/;

/**
 * Whole lines of dpkg.log (dpkg(1), --log) that say what was done with a package. For `remove` and `purge` the version is
 * the one that goes; `<none>` becomes "".
 */
export function parseDpkgLog(text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const each of text.split("\n")) {
    const match = line.exec(each);
    if (match === null) continue;
    const [, logged, action, name, architecture, before, after] = match as unknown as string[];
    const goes = action === "remove" || action === "purge";
    entries.push({
      action: action as LogEntry["action"],
      name: name!,
      architecture: architecture ?? "",
      version: versionOf(goes ? before! : after!),
      oldVersion: goes ? "" : versionOf(before!),
      logged: logged!,
    });
  }
  return entries;
}

function versionOf(text: string): string {
  return text === "<none>" ? "" : text;
}
