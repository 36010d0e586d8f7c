import type { MatchesFile, VersionFile } from "./match.ts";
import { neverPin, type Preference, type Selector } from "./preferences.ts";

export interface PinnedVersion {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly files: readonly VersionFile[];
}

/** Why a version, or a list, has its priority. */
export type Because =
  | { readonly kind: "default" | "not automatic" | "automatic upgrades" }
  | { readonly kind: "target release"; readonly release: string }
  | { readonly kind: "preferences"; readonly preference: Preference };

export interface Priority {
  readonly priority: number;
  readonly because: Because;
}

/** What decides in a system. */
export interface Policy {
  readonly preferences: readonly Preference[];
  /** `APT::Default-Release`, or `-t`, as it is written; empty if there is none. */
  readonly targetRelease: string;
  readonly isOfTargetRelease: MatchesFile;
  /** The system's own architecture; empty if it is not known: then a record of whatever package fits. */
  readonly architecture: string;
}

/**
 * The priority that apt gives a version, and each of the lists that it stands in (apt_preferences(5); apt 2.6,
 * apt-pkg/policy.cc): the first record of its own counts, else the highest priority of its lists, of each of which the
 * first record for all packages counts, the target release before these.
 */
export function versionPriority(
  policy: Policy,
  version: PinnedVersion,
): { version: Priority; files: readonly Priority[] } {
  const files = version.files.map((file) => filePriority(policy, file));
  const own = policy.preferences.find((preference) => isOwn(policy, preference, version));
  const isNever = files.every(({ priority }) => priority === neverPin);
  if (own !== undefined && !isNever) {
    return {
      version: { priority: own.priority, because: { kind: "preferences", preference: own } },
      files,
    };
  }
  const [first = { priority: 0, because: { kind: "default" } } satisfies Priority] = files;
  return {
    version: files.reduce((best, each) => (each.priority > best.priority ? each : best), first),
    files,
  };
}

function isOwn(policy: Policy, preference: Preference, version: PinnedVersion): boolean {
  const { selectors, matchesFile, matchesVersion } = preference;
  if (!selectors?.some((selector) => selects(policy, selector, version))) return false;
  return matchesVersion(version.version) || version.files.some(matchesFile);
}

function selects(policy: Policy, selector: Selector, { name, source, architecture }: PinnedVersion): boolean {
  if (!selector.name(selector.isSource ? source : name)) return false;
  const wanted = selector.architecture === "" ? policy.architecture : selector.architecture;
  const own = architecture === "all" ? policy.architecture : architecture;
  if (wanted === "" || wanted === "any" || own === "") return true;
  return wanted === "native" ? own === policy.architecture : wanted === own;
}

function filePriority({ preferences, ...policy }: Policy, file: VersionFile): Priority {
  const general = preferences.filter(
    ({ selectors, matchesFile }) => selectors === undefined && matchesFile(file),
  );
  // `never` counts wherever it stands.
  const never = general.find(({ priority }) => priority === neverPin);
  if (never === undefined && policy.targetRelease !== "" && policy.isOfTargetRelease(file))
    return { priority: 990, because: { kind: "target release", release: policy.targetRelease } };
  const preference = never ?? general[0];
  if (preference !== undefined)
    return { priority: preference.priority, because: { kind: "preferences", preference } };
  if (file.butAutomaticUpgrades && file.notAutomatic)
    return { priority: 100, because: { kind: "automatic upgrades" } };
  if (file.notAutomatic) return { priority: 1, because: { kind: "not automatic" } };
  return { priority: 500, because: { kind: "default" } };
}
