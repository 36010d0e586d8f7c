import { expect, test } from "vitest";
import { type UsedPackage, usedPackages } from "../../../../collector/manifest/used-packages.ts";
import { Stories } from "../../../../collector/story/story.ts";
import type { PackageEvent } from "../../../../proto/events.ts";
import { type LiveBuild, liveBuild } from "../../support/live-build.ts";
import type { By, Scenario } from "../../support/scenario.ts";
import { configure } from "../events.ts";

type Facts = Partial<PackageEvent>;

/** Packages that dpkg unpacks below a command in the chroot. */
function installs({ s, root }: LiveBuild, above: By, argv: string[], packages: Record<string, Facts>): void {
  const run = s.run(above, argv, { root });
  const dpkg = argv[0] === "dpkg" ? run : s.run(run, ["/usr/bin/dpkg", "--unpack"], { root });
  for (const [name, facts] of Object.entries(packages))
    s.package({ root: s.directory("chroot"), name, version: "1", action: "install", ...dpkg, ...facts });
}

function bootstraps({ s, build }: LiveBuild, argv: string[], packages: Record<string, Facts>): void {
  const script = s.lb(s.lb(build, "bootstrap"), "bootstrap_debootstrap");
  const run = s.run(script, ["/usr/sbin/debootstrap", ...argv], { interpreter: "/bin/sh" });
  for (const [name, facts] of Object.entries(packages))
    s.package({ root: s.directory("chroot"), name, version: "1", action: "bootstrap", ...run, ...facts });
}

function used(s: Scenario): UsedPackage[] {
  s.endImage(s.beginImage("tree", "chroot"), "tree");
  s.end();
  const build = s.read();
  return usedPackages(build, new Stories(build));
}

/** `NAME: KIND BY, Depends a, Recommends b` */
function told(s: Scenario): string[] {
  return used(s).map(({ name, reason: { kind, by, of } }) =>
    [`${name}: ${kind} ${by}`.trimEnd(), ...of.map((each) => `${each.relation} ${each.package}`)].join(", "),
  );
}

test("of apt-get: what was asked for, and the shortest chain to it of everything else, needs before recommendations", () => {
  const live = liveBuild();
  const apt = ["apt-get", "-y", "-o", "X=y", "install", "java:amd64=1", "editor", "gone-"];
  installs(live, live.build, apt, {
    "lib-z": {},
    java: { depends: "jre (>= 1) | gij, lib-a", preDepends: "lib-a", recommends: "fonts, lib-z" },
    jre: { depends: "lib-b:any" },
    "lib-a": { depends: "lib-b, no-such | lib-z" },
    "lib-b": { recommends: "cacerts" },
    gij: {},
    fonts: {},
    cacerts: {},
    editor: { depends: "mail-transport-agent, lib-b" },
    mta: { provides: "mail-transport-agent (= 1), smtp" },
  });
  expect(told(live.s)).toEqual([
    "cacerts: dependency editor, Recommends lib-b, Depends editor",
    "editor: requested editor",
    "fonts: dependency java:amd64=1, Recommends java",
    "gij: unknown",
    "java: requested java:amd64=1",
    "jre: dependency java:amd64=1, Depends java",
    "lib-a: dependency java:amd64=1, Pre-Depends java",
    "lib-b: dependency editor, Depends editor",
    "lib-z: dependency java:amd64=1, Depends lib-a, Pre-Depends java",
    "mta: dependency editor, Depends editor",
  ]);
});

test("an alternative that was there before needs no later one; without recommendations nothing is there for them", () => {
  const live = liveBuild();
  installs(live, live.build, ["apt-get", "install", "exim"], { exim: { provides: "mta" } });
  const apt = ["apt-get", "install", "--no-install-recommends", "cron"];
  installs(live, live.build, apt, {
    cron: { depends: "mta | postfix", recommends: "other" },
    postfix: {},
    other: {},
  });
  expect(told(live.s)).toEqual([
    "cron: requested cron",
    "exim: requested exim",
    "other: unknown",
    "postfix: unknown",
  ]);
});

test("a system whose apt installs no recommendations has none for a reason, unless the command line asks", () => {
  const facts = { a: { recommends: "b" }, b: {} };
  const live = liveBuild();
  const setting = '# Install-Recommends "true";\nAPT { Install-Recommends false; };\n';
  configure(live.s, "chroot", "/etc/apt/apt.conf.d/00recommends", setting);
  installs(live, live.build, ["apt-get", "install", "a"], facts);
  expect(told(live.s)).toEqual(["a: requested a", "b: unknown"]);
  const again = liveBuild();
  configure(again.s, "chroot", "/etc/apt/apt.conf.d/00recommends", setting);
  installs(again, again.build, ["apt-get", "install", "--install-recommends", "a"], facts);
  expect(told(again.s)).toEqual(["a: requested a", "b: dependency a, Recommends a"]);
});

test("tasks and patterns ask for what nothing else explains; globs and regular expressions for what they match", () => {
  const live = liveBuild();
  installs(live, live.build, ["apt-get", "install", "standard^"], { b: { depends: "a" }, a: {} });
  installs(live, live.build, ["apt", "install", "firm*", "^fo.t$"], { firmware: {}, font: {}, food: {} });
  expect(told(live.s)).toEqual([
    "a: dependency standard^, Depends b",
    "b: requested standard^",
    "firmware: requested firm*",
    "font: requested ^fo.t$",
    "food: unknown",
  ]);
});

test("an upgrade of everything, and what came with it", () => {
  const live = liveBuild();
  const facts: Facts = { action: "upgrade", oldVersion: "0", depends: "new" };
  installs(live, live.build, ["apt-get", "dist-upgrade"], { old: facts, new: {} });
  expect(told(live.s)).toEqual(["new: dependency dist-upgrade, Depends old", "old: upgrade dist-upgrade"]);
});

test("files that were given to apt or to dpkg are local", () => {
  const live = liveBuild();
  installs(live, live.build, ["apt", "install", "./mine_1_amd64.deb"], { mine: { depends: "lib" }, lib: {} });
  const path = "/root/yours_2%3a1_amd64.deb";
  installs(live, live.build, ["dpkg", "-i", path], { yours: { version: "2:1" } });
  expect(told(live.s)).toEqual([
    "lib: dependency ./mine_1_amd64.deb, Depends mine",
    "mine: local ./mine_1_amd64.deb",
    `yours: local ${path}`,
  ]);
});

test("of debootstrap: by priority, by --include, what these need, and what it adds itself", () => {
  const live = liveBuild();
  bootstraps(live, ["--variant=minbase", "--include", "ssh,vim", "bookworm", "chroot"], {
    dpkg: { essential: true, priority: "required", preDepends: "libc6" },
    libc6: { priority: "optional" },
    mount: { priority: "required", recommends: "nfs" },
    cron: { priority: "important" },
    vim: { priority: "optional", depends: "cron" },
    apt: { priority: "important", depends: "gpgv" },
    gpgv: { priority: "important" },
  });
  expect(told(live.s)).toEqual([
    "apt: bootstrap debootstrap",
    "cron: bootstrap --include, Depends vim",
    "dpkg: bootstrap essential",
    "gpgv: bootstrap debootstrap, Depends apt",
    "libc6: bootstrap essential, Pre-Depends dpkg",
    "mount: bootstrap required",
    "vim: bootstrap --include",
  ]);
  const standard = liveBuild();
  bootstraps(standard, ["bookworm", "chroot"], {
    cron: { priority: "important" },
    dpkg: { priority: "required" },
  });
  expect(told(standard.s)).toEqual(["cron: bootstrap important", "dpkg: bootstrap required"]);
});

test("a recording without control fields says what it can", () => {
  const live = liveBuild();
  bootstraps(live, ["bookworm", "chroot"], { dpkg: {} });
  installs(live, live.build, ["apt-get", "install", "a"], { a: {}, b: {} });
  expect(told(live.s)).toEqual(["a: requested a", "b: unknown", "dpkg: bootstrap"]);
});

test("the package lists that name what was asked for; not those of another stage, nor commands and comments", () => {
  const live = liveBuild();
  const { s, build } = live;
  const list = (name: string, text: string) => configure(s, "", `/config/package-lists/${name}`, text);
  list("java.list.chroot", "#if ARCHITECTURE amd64\njava vim\n#endif\n# shell\n! echo other\n");
  list("live.list.chroot_live", "  java\n");
  list("dvd.list.binary", "java\n");
  const script = s.lb(s.lb(build, "chroot"), "chroot_install-packages", "install");
  installs(live, script, ["apt-get", "install", "java", "shell", "other"], {
    java: { depends: "lib" },
    shell: {},
    other: {},
    lib: {},
  });
  const lists = ["config/package-lists/java.list.chroot", "config/package-lists/live.list.chroot_live"];
  expect(used(s).map(({ name, script, reason }) => [name, script, reason.lists])).toEqual([
    ["java", "lb chroot_install-packages", lists],
    ["lib", "lb chroot_install-packages", lists],
    ["other", "lb chroot_install-packages", []],
    ["shell", "lb chroot_install-packages", []],
  ]);
});

test("a package that is there since its system is a copy came as it did in the original; a hook is named", () => {
  const live = liveBuild();
  const { s, build, root } = live;
  const hook = s.run(build, ["/root/0100-x.hook.chroot"], { root });
  installs(live, hook, ["apt-get", "install", "a"], { a: {} });
  s.mkdirs(build, "cache");
  s.mkdir(s.run(build, ["cp", "-a", "chroot", "cache/bootstrap"]), "cache/bootstrap");
  s.package({ root: s.directory("cache/bootstrap"), name: "a", version: "1", action: "present" });
  expect(used(s).map(({ where, hook, reason }) => [where, hook, reason.kind])).toEqual([
    ["image", "0100-x.hook.chroot", "requested"],
    ["other", null, "requested"],
  ]);
});

test("packages of two architectures: each wants its own", () => {
  const live = liveBuild();
  installs(live, live.build, ["apt-get", "install", "wine:i386", "tool"], {
    wine: { architecture: "i386", depends: "libc" },
    tool: { architecture: "amd64", depends: "wine" },
  });
  const { s } = live;
  for (const architecture of ["amd64", "i386"]) {
    const facts = { name: "libc", version: "1", architecture, root: s.directory("chroot") };
    s.package({ ...facts, action: "install", ...lastRun(s) });
  }
  const of = used(s).map(
    ({ name, architecture, reason }) => `${name}:${architecture} ${reason.of[0]?.package}`,
  );
  expect(of).toEqual([
    "libc:amd64 undefined",
    "libc:i386 wine",
    "tool:amd64 undefined",
    "wine:i386 undefined",
  ]);
});

function lastRun(s: Scenario): By {
  const last = s.events.findLast((event) => event.kind === "package");
  return { process: last?.process ?? 0, epoch: last?.epoch ?? 0 };
}
