/** One upload, as deb-changelog(5) has it. All strings are byte strings: the file should be UTF-8, but need not be. */
export interface ChangelogEntry {
  /** Of the source package. */
  readonly package: string;
  readonly version: string;
  readonly distributions: readonly string[];
  /** In small letters; empty if the header has none. */
  readonly urgency: string;
  /** The lines of the details, without blank ones at the beginning and the end. */
  readonly changes: readonly string[];
  /** `Name <address>`, and the date as it stands there; empty if the entry has no trailer that can be read. */
  readonly maintainer: string;
  readonly date: string;
}

export interface ParsedChangelog {
  /** In the file's order, which is newest first. */
  readonly entries: readonly ChangelogEntry[];
  /**
   * The line at which it is no Debian changelog any more, so that nothing was read from there on: the ancient formats
   * at the end of some, or something malformed. Null if it was read to its end, or to an editor's settings.
   */
  readonly stoppedAt: string | null;
}

/**
 * Reads a Debian changelog (deb-changelog(5); Dpkg::Changelog::Debian of dpkg 1.21). Where dpkg goes on after a
 * malformed line, this stops: what follows cannot be said to be of a certain version. Never throws; linear time.
 */
export function parseChangelog(text: string): ParsedChangelog {
  const entries: ChangelogEntry[] = [];
  let open: Open | undefined;
  const close = (trailer: Pick<ChangelogEntry, "maintainer" | "date">) => {
    if (open !== undefined) entries.push({ ...open, changes: stripped(open.changes), ...trailer });
    open = undefined;
  };
  for (const each of text.split("\n")) {
    const line = each.endsWith("\r") ? each.slice(0, -1) : each;
    const kind = kindOf(line);
    switch (kind) {
      case "blank":
        open?.changes.push("");
        continue;
      case "comment":
        continue;
      case "header":
        close(noTrailer);
        open = begin(line);
        continue;
      case "trailer":
        if (open === undefined) break;
        close(readTrailer(line));
        continue;
      case "change":
        if (open === undefined) break;
        open.changes.push(line);
        continue;
      case "settings":
        close(noTrailer);
        return { entries, stoppedAt: null };
      case "other":
        break;
      default:
        kind satisfies never;
    }
    close(noTrailer);
    return { entries, stoppedAt: line };
  }
  close(noTrailer);
  return { entries, stoppedAt: null };
}

type Open = Omit<ChangelogEntry, "changes" | "maintainer" | "date"> & { readonly changes: string[] };

const noTrailer = { maintainer: "", date: "" };

type LineKind = "header" | "trailer" | "change" | "blank" | "comment" | "settings" | "other";

function kindOf(line: string): LineKind {
  if (header.test(line)) return "header";
  if (/^(?:;;[ \t]*)?Local variables:|^vim:/i.test(line)) return "settings";
  if (/^\$\w+:.*\$|^# |^\/\*.*\*\//.test(line)) return "comment";
  if (/^ --/.test(line)) return "trailer";
  if (!/[^ \t\f\v\r]/.test(line)) return "blank";
  return /^[ \t]/.test(line) ? "change" : "other";
}

// Name, version, distributions, metadata. A byte that is no ASCII is no letter here.
const header = /^(\w[-+.0-9a-z]*) \(([^() \t]+)\)((?:[ \t]+[-+.0-9a-z]+)+);(.*)$/i;

function begin(line: string): Open {
  const [, name = "", version = "", distributions = "", metadata = ""] = header.exec(line) ?? [];
  const urgency = /(?:^|,)[ \t]*urgency=([-0-9a-z]+)/i.exec(metadata)?.[1] ?? "";
  return {
    package: name,
    version,
    distributions: distributions.split(/[ \t]+/).filter((word) => word !== ""),
    urgency: urgency.toLowerCase(),
    changes: [],
  };
}

function readTrailer(line: string): Pick<ChangelogEntry, "maintainer" | "date"> {
  const end = line.lastIndexOf(">");
  if (!line.startsWith(" -- ") || end < 0) return noTrailer;
  return { maintainer: trimmed(line.slice(4, end + 1)), date: trimmed(line.slice(end + 1)) };
}

// Not trim(), for which 0xa0, a part of many letters in UTF-8, is a space.
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
}

function stripped(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line !== "");
  return from < 0 ? [] : lines.slice(from, lines.findLastIndex((line) => line !== "") + 1);
}
