import { type By, nobody, Scenario } from "./scenario.ts";

/** A small live-build: the build's command, and a system in chroot/ that processes have as their root. */
export interface LiveBuild {
  readonly s: Scenario;
  readonly build: By;
  /** Number of the root. */
  readonly root: number;
}

export function liveBuild(s: Scenario = new Scenario()): LiveBuild {
  const lb = s.run(nobody, ["/usr/bin/lb", "build"], { interpreter: "/bin/sh" });
  const build = s.exec(lb, ["/bin/sh", "/usr/lib/live/build/build"], {
    filename: Buffer.from("/usr/lib/live/build/build"),
  });
  s.mkdirs(build, "chroot/etc");
  s.mkdirs(build, "chroot/var/lib/dpkg/info");
  return { s, build, root: s.root(1, "chroot") };
}

/** `dpkg` in the chroot, below `lb chroot_install-packages` and apt-get. */
export function aptRun({ s, build, root }: LiveBuild, dpkgArguments: string[]): By {
  const script = s.lb(s.lb(build, "chroot"), "chroot_install-packages", "install");
  const apt = s.run(script, ["apt-get", "install", "--yes", "java"], { root });
  return s.run(apt, ["/usr/bin/dpkg", ...dpkgArguments], { root });
}

/** Ends with an image of the chroot that has the given entries. */
export function packed({ s }: LiveBuild, entries: Record<string, Parameters<Scenario["entry"]>[2]>): void {
  const image = s.beginImage("tree", "chroot");
  for (const [path, facts] of Object.entries(entries)) s.entry(image, path, facts);
  s.endImage(image, "tree");
  s.end();
}
