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
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (install|upgrade|remove|purge|disappear) ([^\s:]+)(?::(\S+))? (\S+) (\S+)$/;
const startup = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d startup /;

/**
 * Whole lines of dpkg.log (dpkg(1), --log) that say what was done with a package, by run of dpkg: each process that does
 * something begins with a line `startup`. The first run is the rest of one that began earlier, mostly empty.
 * For `remove` and `purge` the version is the one that goes; `<none>` becomes "". A package that disappears, all of its
 * files being taken over by others, is removed.
 */
export function parseDpkgLog(text: string): LogEntry[][] {
  const runs: LogEntry[][] = [[]];
  for (const each of text.split("\n")) {
    if (startup.test(each)) runs.push([]);
    const match = line.exec(each);
    if (match === null) continue;
    const [, logged, word, name, architecture, before, after] = match as unknown as string[];
    const action = word === "disappear" ? "remove" : (word as LogEntry["action"]);
    const goes = action === "remove" || action === "purge";
    runs.at(-1)!.push({
      action,
      name: name!,
      architecture: architecture ?? "",
      version: versionOf(goes ? before! : after!),
      oldVersion: goes ? "" : versionOf(before!),
      logged: logged!,
    });
  }
  return runs;
}

function versionOf(text: string): string {
  return text === "<none>" ? "" : text;
}
