import { general } from "../remedies/general.ts";
import type { Source } from "../source.ts";

/** What a source is, for someone who meets it for the first time. Its id never changes. */
export interface Rule {
  readonly id: Source;
  readonly name: string;
  /** One sentence. */
  readonly short: string;
  /** What to do about it, where nothing better is known. */
  readonly help: string;
  readonly uri: string;
}

const docs = "https://reproducible-builds.org/docs";

/** A rule for each source, in the vocabulary's order. */
export const rules: readonly Rule[] = [
  rule("timestamp", "Timestamp", "The file holds a time of the build.", "timestamps/"),
  rule("timezone", "TimeZone", "The file depends on the time zone of the build.", "timezones/"),
  rule("locale", "Locale", "The file depends on the language or sort order of the build.", "locales/"),
  rule(
    "randomness",
    "Randomness",
    "The file holds a random value: a UUID, key, salt or token.",
    "randomness/",
  ),
  rule(
    "ordering",
    "Ordering",
    "The order of the file's parts is that of a directory, a hash or a race.",
    "stable-inputs/",
  ),
  rule(
    "build-path",
    "BuildPath",
    "The file holds the path of the directory that the image was built in.",
    "build-path/",
  ),
  rule(
    "hostname",
    "HostName",
    "The file holds the name of the machine that built the image.",
    "commandments/",
  ),
  rule("username", "UserName", "The file holds the name of the user who built the image.", "commandments/"),
  rule("kernel", "Kernel", "The file holds the release of the kernel that ran the build.", "env-variations/"),
  rule(
    "cpu",
    "Processor",
    "The file depends on the number or kind of the build's processors.",
    "commandments/",
  ),
  rule(
    "environment",
    "Environment",
    "The file holds a value of an environment variable of the build.",
    "env-variations/",
  ),
  rule("umask", "Umask", "The mode of the file depends on the builder's umask.", "env-variations/"),
  rule(
    "uninitialised-memory",
    "UninitialisedMemory",
    "The file holds memory addresses, or memory that was not set.",
    "value-initialization/",
  ),
  rule("process-id", "ProcessId", "The file holds the number of a process.", "commandments/"),
  rule(
    "network-input",
    "NetworkInput",
    "Something came into the image from outside the archives.",
    "volatile-inputs/",
  ),
  rule(
    "archive-metadata",
    "ArchiveMetadata",
    "An archive in the image holds owners, modes, times or an order of the build.",
    "archives/",
  ),
  rule(
    "file-metadata",
    "FileMetadata",
    "The time, owner or mode of the file itself is of the build.",
    "system-images/",
  ),
  rule(
    "package-set",
    "PackageSet",
    "Which packages are in the image depends on when it was built.",
    "volatile-inputs/",
  ),
  rule("unclassified", "Unclassified", "The file differs, and it is not known why.", ""),
];

function rule(id: Source, name: string, short: string, page: string): Rule {
  const advice = general[id];
  return { id, name, short, help: `${advice[0]!.toUpperCase()}${advice.slice(1)}.`, uri: `${docs}/${page}` };
}
