import { homedir } from "node:os";
import { join } from "node:path";
import { fetchBuild } from "./fetch-build.ts";

/** The process that fetches a build for a command: prints the file's path, or in one line why there is none. */
const { ISOTRACE_COLLECTOR: collector = "", ISOTRACE_TOKEN: token = "", XDG_CACHE_HOME: home } = process.env;
const cache = join(
  home === undefined || home === "" ? join(homedir(), ".cache") : home,
  "isotrace/recordings",
);
try {
  process.stdout.write(await fetchBuild({ collector, token: token.trim(), cache }, process.argv[2]!));
} catch (error) {
  process.stderr.write((error as Error).message.replaceAll("\n", " "));
  process.exitCode = 1;
}
