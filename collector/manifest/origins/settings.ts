import type { Configured } from "../configured.ts";
import { ManifestError } from "../error.ts";
import { REFERENCE } from "../fields.ts";
import type { OriginRule } from "./rules.ts";
import { parseOriginRules } from "./rules-file.ts";
import { snapshotsOf } from "./sources.ts";

/** What a build's configuration says of its archives. */
export interface OriginSettings {
  readonly rules: readonly OriginRule[];
  /** Serials as Tails keeps them, by the archive's name. */
  readonly serials: ReadonlyMap<string, string>;
  /** apt's own snapshots (sources.list(5), `snapshot`, of apt 2.7 and later), by the archive's URI. */
  readonly snapshots: ReadonlyMap<string, string>;
  /** What could not be understood, a line each. */
  readonly problems: readonly string[];
}

/** What the recorded configuration of a build says of its archives. A file of rules that is none is a problem, no error. */
export function originSettings(configured: Configured): OriginSettings {
  const problems: string[] = [];
  const rules: OriginRule[] = [];
  for (const { path, text } of configured.ofBuild(/^\/config\/isotrace-origins\.yml$/)) {
    try {
      rules.push(...parseOriginRules(Buffer.from(text, "latin1"), path.slice(1)));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push(error.message);
    }
  }
  return { rules, serials: serialsOf(configured), snapshots: snapshotsOf(configured), problems };
}

/**
 * `config/APT_snapshots.d/ARCHIVE/serial`: Tails resolves `latest` once at a build's start, into a copy in `tmp/`,
 * which then counts. `latest` itself says nothing.
 */
function serialsOf(configured: Configured): Map<string, string> {
  const serials = new Map<string, string>();
  const files = configured.ofBuild(/\/APT_snapshots\.d\/[^/]+\/serial$/);
  const isOriginal = ({ path }: { path: string }) => path.startsWith("/config/");
  for (const { path, text } of [...files.filter(isOriginal), ...files.filter((file) => !isOriginal(file))]) {
    const serial = text.trim();
    if (serial !== "latest" && REFERENCE.accepts(serial)) serials.set(path.split("/").at(-2)!, serial);
  }
  return serials;
}
