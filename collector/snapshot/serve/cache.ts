const forever = "public, max-age=31536000, immutable";
const askAgain = "no-cache";

/**
 * How long a file may be kept without asking: what a serial or tag names never changes, but for the Release files of a
 * snapshot, which are signed again when it is bumped.
 * @param isTag whether the first component is a tag's name.
 */
export function cacheControl(components: readonly string[], isTag: boolean): string {
  if (isTag) return forever;
  const isInSnapshot = /^\d{10}$/.test(components[1] ?? "");
  const isRelease = /^(?:InRelease|Release|Release\.gpg)$/.test(components.at(-1) ?? "");
  return isInSnapshot && !isRelease ? forever : askAgain;
}
