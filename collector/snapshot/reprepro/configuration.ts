import type { ArchiveConfig } from "../instance.ts";

/** The configuration of a reprepro base directory (reprepro(1), CONFIG FILES): file names below `conf`, and contents. */
export function configurationOf(archive: ArchiveConfig, keys: readonly string[]): Record<string, string> {
  return {
    distributions: archive.suites.map((suite) => distribution(archive, suite)).join("\n"),
    updates: archive.suites.map((suite) => update(archive, suite, keys)).join("\n"),
    options: "",
  };
}

/** The lists of a filter, beside them: a name and what to do with it on each line. */
export const binaryFilter = "filter.binary";
export const sourceFilter = "filter.source";

/** The name of the update rule: it begins the names of the files in `lists`. */
export function ruleOf(suite: string): string {
  return `upstream-${suite}`;
}

function distribution(archive: ArchiveConfig, suite: string): string {
  // "-" first: what upstream no longer has goes, and a version may go down.
  return paragraph({
    Codename: suite,
    Architectures: architecturesOf(archive),
    Components: archive.components.join(" "),
    DebIndices: "Packages .gz",
    DscIndices: "Sources .gz",
    Update: `- ${ruleOf(suite)}`,
  });
}

function update(archive: ArchiveConfig, suite: string, keys: readonly string[]): string {
  const others = archive.filter === undefined ? "install" : "purge";
  const filter: Record<string, string> = isFiltered(archive)
    ? { FilterList: `${others} ${binaryFilter}`, FilterSrcList: `${others} ${sourceFilter}` }
    : {};
  return paragraph({
    Name: ruleOf(suite),
    Method: archive.url,
    Suite: suite,
    Components: archive.components.join(" "),
    Architectures: architecturesOf(archive),
    // Subkeys too: archives sign with those.
    VerifyRelease: keys.map((key) => `${key}+`).join("|"),
    // Files of upstream's own are not to be patched: one form, that reprepro can read alone.
    DownloadListsAs: ".xz .gz .",
    ...filter,
  });
}

function isFiltered({ filter, lacking }: ArchiveConfig): boolean {
  return filter !== undefined || lacking.length > 0;
}

function architecturesOf({ architectures, sources }: ArchiveConfig): string {
  return [...architectures, ...(sources ? ["source"] : [])].join(" ");
}

function paragraph(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}
