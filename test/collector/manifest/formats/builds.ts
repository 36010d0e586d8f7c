import { type Material, materialOf } from "../../../../collector/report/report.ts";
import type { PackageEvent, ReleaseEvent, SegmentEvent } from "../../../../proto/events.ts";
import { type LiveBuild, liveBuild } from "../../support/live-build.ts";
import { Scenario } from "../../support/scenario.ts";

export const debian = "http://deb.debian.org/debian";
const security = "http://security.debian.org/debian-security";
const torproject = "https://deb.torproject.org/torproject.org";

export const digest = (character: string) => character.repeat(64);

/** What may differ between two builds that use the same packages. */
export interface Variation {
  readonly segment?: Partial<SegmentEvent>;
  /** Of the image file. */
  readonly iso?: string;
  readonly withoutImage?: boolean;
  readonly unfinished?: boolean;
}

/**
 * A live build with a package of every kind: in the image from Debian (one with an epoch, one with `+` and `~`, one of
 * a foreign architecture), from security and from a third party; a local file; one that was removed again; one of the
 * builder's chroot only; a source package; and an image file.
 */
export function recordedBuild(variation: Variation = {}): Scenario {
  const { segment, iso = digest("1"), withoutImage = false, unfinished = false } = variation;
  const b = liveBuild(new Scenario(segment));
  const { s, build } = b;
  releases(s);
  packages(b);
  const packer = s.run(s.lb(s.lb(build, "binary"), "binary_rootfs"), ["mksquashfs", "chroot", "x"], {
    root: builderOf(b),
  });
  s.create(build, "chroot/etc/motd");
  const tree = s.beginImage("tree", "chroot", packer);
  s.entry(tree, "/etc/motd", { sha256: Buffer.alloc(32, 9), size: 3 });
  s.entry(tree, "/etc", { type: "directory", sha256: Buffer.alloc(0) });
  s.endImage(tree, "tree");
  if (!withoutImage) {
    const file = s.beginImage("file", "live.iso");
    s.endImage(file, "file", {
      path: Buffer.from("live-image-amd64.hybrid.iso"),
      size: 7,
      sha256: Buffer.from(iso, "hex"),
      entries: 0,
    });
  }
  s.add({
    kind: "configuration",
    time: s.time,
    root: 1,
    path: Buffer.from("/config/package-lists/live.list.chroot"),
    content: Buffer.from("tor\n"),
    removed: false,
    cut: false,
  });
  const fetcher = s.run(build, ["wget", "http://deb.debian.org/"]);
  s.add({ kind: "connection", time: s.time, ...fetcher, address: "192.0.2.1", port: 80, protocol: 6 });
  if (!unfinished) s.end();
  return s;
}

export function materialOfScenario(s: Scenario): Material {
  return materialOf(s.read());
}

function builderOf({ s, build }: LiveBuild): number {
  s.mkdirs(build, "builder");
  return s.root(2, "builder");
}

function releases(s: Scenario): void {
  const release = (facts: Partial<ReleaseEvent>) =>
    s.add({
      kind: "release",
      time: s.time,
      root: 0,
      list: "x_InRelease",
      uri: debian,
      suite: "bookworm",
      origin: "Debian",
      label: "Debian",
      releaseSuite: "stable",
      codename: "bookworm",
      date: "Sat, 06 Jan 2024 10:00:00 UTC",
      validUntil: "",
      sha256: digest("d"),
      version: "12.4",
      signature: Buffer.alloc(0),
      notAutomatic: false,
      butAutomaticUpgrades: false,
      ...facts,
    });
  release({});
  release({
    uri: security,
    suite: "bookworm-security",
    date: "Sun, 07 Jan 2024 11:12:13 UTC",
    sha256: digest("e"),
  });
  release({ uri: torproject, origin: "TorProject", label: "", version: "", date: "", sha256: digest("f") });
}

function packages({ s }: LiveBuild): void {
  const root = s.directory("chroot");
  const add = (name: string, version: string, facts: Partial<PackageEvent>) => {
    const { architecture = "amd64", uri = debian, origins } = facts;
    s.package({
      root,
      action: "install",
      name,
      version,
      priority: "optional",
      sha256: digest("a"),
      source: name,
      sourceVersion: version,
      ...facts,
      uri: uri === "" ? "" : `${uri}/pool/main/x/${name}_${version.replace(":", "%3a")}_${architecture}.deb`,
      origins: origins ?? [{ list: "x", uri, suite: "bookworm", component: "main" }],
    });
  };
  add("bash", "5.2.15-2+b2", {
    depends: "base-files (>= 2.1.12), libc6 | musl, absent",
    sourceVersion: "5.2.15-2",
  });
  add("base-files", "12.4+deb12u5", {});
  add("libc6", "2.36-9~x", { source: "glibc", preDepends: "bash" });
  add("libc6", "2.36-9~x", { architecture: "i386", source: "glibc", sha256: digest("b") });
  add("zip", "1:3.0-13", { depends: "mail-transport-agent", provides: "zipper (= 3)" });
  add("exim4", "4.96-15", {
    uri: security,
    provides: "mail-transport-agent",
    origins: [{ list: "y", uri: security, suite: "bookworm-security", component: "main" }],
  });
  add("tor", "0.4.8.10-1~d12+1", {
    uri: torproject,
    origins: [{ list: "z", uri: torproject, suite: "bookworm", component: "main" }],
  });
  add("mine", "1", {
    architecture: "all",
    uri: "",
    uriUnknown: "a local file",
    origins: [],
    sha256: "",
    source: "",
  });
  add("dctrl-tools", "2.24-3", {});
  s.package({ root, action: "purge", name: "dctrl-tools", version: "2.24-3" });
  s.mkdirs({ process: 0, epoch: 0 }, "builder");
  add("squashfs-tools", "1:4.5.1-1", { root: s.directory("builder") });
  s.package({
    root,
    action: "source",
    name: "syslinux",
    version: "3:6.04~git-1",
    architecture: "",
    uri: `${debian}/pool/main/s/syslinux/syslinux_6.04~git-1.dsc`,
    sha256: digest("c"),
  });
}
