import type { Source } from "../source.ts";

/** What to do about a source, where nothing better is known of the file. */
export const general: Record<Source, string> = {
  timestamp: "write SOURCE_DATE_EPOCH instead of the current time, or no time at all",
  timezone: "set TZ=UTC for the command",
  locale: "set LC_ALL=C.UTF-8 for the command",
  randomness: "derive the value from the content, or make it at first boot instead of in the build",
  ordering: "sort what is read from directories or hashes, with LC_ALL=C",
  "build-path": "use paths relative to the build directory",
  hostname: "leave the build machine's name out",
  username: "leave the builder's name out",
  kernel: "leave the running kernel's release out",
  cpu: "do not let the number or kind of processors decide",
  environment: "set the variable to a fixed value for the command",
  umask: "set the mode, or the umask, where the file is made",
  "uninitialised-memory": "initialise what is written",
  "process-id": "leave the process's number out",
  "network-input": "take the input from an archive's snapshot, or from the image's tree",
  "archive-metadata": "make the archive with fixed owners, modes, times and order",
  "file-metadata": "set the time to SOURCE_DATE_EPOCH where the file is made",
  "package-set": "build from the same archive snapshots",
  unclassified: "compare the two files with diffoscope",
};
