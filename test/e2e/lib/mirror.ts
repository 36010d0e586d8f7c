import { execa } from "execa";

const usual = "http://deb.debian.org/debian";
const suite = "bookworm";

/**
 * The Debian archive that the example builds take packages from: $MIRROR, or the usual one, or, where that cannot
 * be reached, the one that this machine's own apt uses.
 */
export async function findMirror(): Promise<string> {
  if (process.env.MIRROR) return process.env.MIRROR;
  if (await serves(usual)) return usual;
  for (const mirror of await ownMirrors()) if (await serves(mirror)) return mirror;
  throw new Error(
    `${usual}: cannot be reached, nor can an archive of ${suite} of this machine's apt sources; name one in MIRROR`,
  );
}

async function serves(mirror: string): Promise<boolean> {
  try {
    const url = `${mirror}/dists/${suite}/InRelease`;
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false; // unknown host, refused, timed out: all the same here
  }
}

async function ownMirrors(): Promise<string[]> {
  const { stdout } = await execa("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE)",
    "Created-By: Packages",
  ]);
  const mirrors = stdout
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([uri, release]) => release === suite && uri?.startsWith("http"))
    .map(([uri]) => uri!.replace(/\/$/, ""));
  return [...new Set(mirrors)];
}
