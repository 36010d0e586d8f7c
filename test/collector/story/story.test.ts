import { expect, test } from "vitest";
import { operation } from "../../../proto/events.ts";
import { aptRun, liveBuild, packed } from "../support/live-build.ts";
import { nobody, Scenario } from "../support/scenario.ts";
import { storyOf } from "../support/story-of.ts";

test("a file written by a trigger names the java command, the maintainer script, its package, apt-get and live-build's script", () => {
  const b = liveBuild();
  const { s, root } = b;
  const unpack = aptRun(b, ["--unpack", "x.deb"]);
  s.run(
    unpack,
    ["dpkg-deb", "--fsys-tarfile", "/var/cache/apt/archives/ca-certificates-java_20230710~deb12u1_all.deb"],
    { root },
  );
  const dpkg = aptRun(b, ["--configure", "--pending"]);
  const postinst = s.run(
    dpkg,
    ["/var/lib/dpkg/info/ca-certificates-java.postinst", "triggered", "update-ca-certificates-java"],
    {
      interpreter: "/bin/sh",
      root,
      environment: [
        { name: Buffer.from("DPKG_MAINTSCRIPT_PACKAGE"), value: Buffer.from("ca-certificates-java") },
        { name: Buffer.from("DPKG_MAINTSCRIPT_ARCH"), value: Buffer.from("all") },
      ],
    },
  );
  const subshell = s.fork(s.fork(postinst));
  const java = s.exec(
    subshell,
    ["java", "-jar", "/usr/share/ca-certificates-java/ca-certificates-java.jar"],
    { root },
  );
  s.create(java, "chroot/etc/cacerts");
  packed(b, { "/etc/cacerts": {} });
  const [writer] = storyOf(s.read(), "/etc/cacerts").writers;
  expect(writer).toMatchObject({
    operation: "create, write",
    stage: "chroot",
    script: "lb chroot_install-packages",
    hook: null,
    run: "apt-get install --yes java",
    package: { name: "ca-certificates-java", version: "20230710~deb12u1", architecture: "all" },
    maintainerScript: "ca-certificates-java.postinst triggered update-ca-certificates-java",
    command: ["java", "-jar", "/usr/share/ca-certificates-java/ca-certificates-java.jar"],
  });
  expect(writer!.chain.map(({ command }) => (command[0] === "/bin/sh" ? command[1] : command[0]))).toEqual([
    "java",
    "/var/lib/dpkg/info/ca-certificates-java.postinst",
    "/usr/bin/dpkg",
    "apt-get",
    "/usr/lib/live/build/chroot_install-packages",
    "/usr/lib/live/build/chroot",
    "/usr/lib/live/build/build",
  ]);
});

test("a preinst's package comes from dpkg's variables, its version from the file that is unpacked", () => {
  const b = liveBuild();
  const { s, root } = b;
  const dpkg = aptRun(b, ["--unpack", "x.deb"]);
  s.run(dpkg, ["dpkg-deb", "--control", "/x/libc6_1%3a2.36-9_amd64.deb", "/var/lib/dpkg/tmp.ci"], { root });
  const preinst = s.run(dpkg, ["/var/lib/dpkg/tmp.ci/preinst", "install"], {
    interpreter: "/bin/sh",
    root,
    environment: [{ name: Buffer.from("DPKG_MAINTSCRIPT_PACKAGE"), value: Buffer.from("libc6") }],
  });
  s.create(preinst, "chroot/etc/made");
  packed(b, { "/etc/made": {} });
  expect(storyOf(s.read(), "/etc/made").writers[0]).toMatchObject({
    maintainerScript: "libc6.preinst install",
    package: { name: "libc6", version: "1:2.36-9", architecture: "amd64" },
  });
});

test("a preinst that has become debconf's frontend is its package's", () => {
  const b = liveBuild();
  const { s, root } = b;
  const dpkg = aptRun(b, ["--unpack", "x.deb"]);
  const preinst = s.run(dpkg, ["/var/lib/dpkg/tmp.ci/preinst", "install"], {
    interpreter: "/bin/sh",
    root,
    environment: [{ name: Buffer.from("DPKG_MAINTSCRIPT_PACKAGE"), value: Buffer.from("libc6") }],
  });
  const frontend = s.exec(
    preinst,
    ["/usr/bin/perl", "-w", "/usr/share/debconf/frontend", "/var/lib/dpkg/tmp.ci/preinst", "install"],
    { filename: Buffer.from("/usr/share/debconf/frontend"), root },
  );
  s.create(frontend, "chroot/etc/made");
  s.mkdirs(dpkg, "chroot/var/log");
  s.create(dpkg, "chroot/var/log/dpkg.log");
  packed(b, { "/etc/made": {}, "/var/log/dpkg.log": {} });
  const build = s.read();
  expect(storyOf(build, "/etc/made").writers[0]).toMatchObject({
    maintainerScript: "libc6.preinst install",
    package: { name: "libc6" },
  });
  expect(storyOf(build, "/var/log/dpkg.log").writers[0]!.package).toBeNull();
});

test("a command of a maintainer script that debconf's frontend runs is the script's", () => {
  const b = liveBuild();
  const { s, root } = b;
  s.package({
    root: s.directory("chroot"),
    action: "install",
    name: "tzdata",
    version: "2024a-0",
    architecture: "all",
  });
  const dpkg = aptRun(b, ["--configure", "tzdata"]);
  const frontend = s.run(
    dpkg,
    ["/usr/share/debconf/frontend", "/var/lib/dpkg/info/tzdata.postinst", "configure", ""],
    {
      interpreter: "/usr/bin/perl",
      root,
    },
  );
  s.create(frontend, "chroot/etc/timezone");
  packed(b, { "/etc/timezone": {} });
  expect(storyOf(s.read(), "/etc/timezone").writers[0]).toMatchObject({
    maintainerScript: "tzdata.postinst configure",
    package: { name: "tzdata", version: "2024a-0", architecture: "all" },
  });
});

test("what dpkg unpacks is of the package it has open; where the times are too close to tell, the file's owner decides", () => {
  const b = liveBuild();
  const { s, root } = b;
  const dpkg = aptRun(b, ["--unpack", "a.deb", "b.deb"]);
  s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", "/x/aaa_1.0-1_amd64.deb"], { root });
  s.create(dpkg, "chroot/etc/a.dpkg-new");
  s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", "/x/bbb_2.0-1_all.deb"], { root });
  s.rename(dpkg, "chroot/etc/a.dpkg-new", "chroot/etc/a");
  s.create(dpkg, "chroot/etc/b");
  s.create(dpkg, "chroot/var/lib/dpkg/info/aaa.list");
  s.create(dpkg, "chroot/var/lib/dpkg/status");
  packed(b, {
    "/etc/a": { package: "aaa:amd64", relation: "shipped" },
    "/etc/b": { package: "bbb:all", relation: "changed" },
    "/var/lib/dpkg/info/aaa.list": {},
    "/var/lib/dpkg/status": {},
  });
  const build = s.read();
  const a = storyOf(build, "/etc/a");
  expect(a).toMatchObject({
    state: "shipped",
    package: { name: "aaa", version: "1.0-1", architecture: "amd64" },
  });
  expect(a.writers[0]!.package).toEqual({ name: "aaa", version: "1.0-1", architecture: "amd64" });
  expect(storyOf(build, "/etc/b").writers[0]!.package?.name).toBe("bbb");
  expect(storyOf(build, "/var/lib/dpkg/info/aaa.list").writers[0]!.package?.name).toBe("aaa");
  expect(storyOf(build, "/var/lib/dpkg/status").writers[0]!.package).toBeNull();
});

test("a package's file that apt has numbered for dpkg is of that package, and 3270-common keeps its name", () => {
  const b = liveBuild();
  const { s, root } = b;
  const dpkg = aptRun(b, ["--unpack", "--recursive", "/tmp/apt-dpkg-install-x1Y2z3"]);
  const files = ["/tmp/apt-dpkg-install-x1Y2z3/09-aaa_1%3a1.0-1_amd64.deb", "/x/3270-common_4.1_amd64.deb"];
  for (const file of files) s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", file], { root });
  for (const name of ["aaa", "3270"]) s.create(dpkg, `chroot/etc/${name}`);
  packed(b, { "/etc/aaa": { package: "aaa:amd64" }, "/etc/3270": { package: "3270-common:amd64" } });
  const packageOf = (path: string) => storyOf(s.read(), path).writers[0]!.package;
  expect(packageOf("/etc/aaa")).toEqual({ name: "aaa", version: "1:1.0-1", architecture: "amd64" });
  expect(packageOf("/etc/3270")).toEqual({ name: "3270-common", version: "4.1", architecture: "amd64" });
});

test("what came from a file of another name is not taken for another package's: its owner has the version that was installed", () => {
  const b = liveBuild();
  const { s, root } = b;
  const dpkg = aptRun(b, ["--install", "/x/local.deb", "/x/bbb_2.0-1_all.deb"]);
  s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", "/x/local.deb"], { root });
  s.create(dpkg, "chroot/etc/a");
  s.create(dpkg, "chroot/etc/removed");
  s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", "/x/bbb_2.0-1_all.deb"], { root });
  const aaa = { name: "aaa", version: "1.0-1", architecture: "amd64" };
  s.package({ root: s.directory("chroot"), action: "install", ...aaa });
  s.create(dpkg, "chroot/etc/late");
  packed(b, {
    "/etc/a": { package: "aaa:amd64" },
    "/etc/removed": {},
    "/etc/late": { package: "aaa:amd64" },
  });
  const packageOf = (path: string) => storyOf(s.read(), path).writers[0]!.package;
  expect([packageOf("/etc/a"), packageOf("/etc/removed"), packageOf("/etc/late")]).toEqual([aaa, null, aaa]);
});

test("debootstrap's tar writes the files of the package that dpkg-deb pipes to it", () => {
  const b = liveBuild();
  const { s, build } = b;
  const script = s.lb(s.lb(build, "bootstrap"), "bootstrap_debootstrap");
  const debootstrap = s.run(script, ["/usr/sbin/debootstrap", "bookworm", "chroot"], {
    interpreter: "/bin/sh",
  });
  const loop = s.fork(debootstrap);
  s.run(loop, ["dpkg-deb", "--fsys-tarfile", "./var/cache/apt/archives/base-files_12.4_amd64.deb"]);
  const tar = s.run(loop, ["tar", "-k", "-xf", "-"]);
  s.create(tar, "chroot/etc/issue");
  packed(b, { "/etc/issue": {} });
  expect(storyOf(s.read(), "/etc/issue").writers[0]).toMatchObject({
    stage: "bootstrap",
    script: "lb bootstrap_debootstrap",
    run: "debootstrap bookworm chroot",
    package: { name: "base-files", version: "12.4", architecture: "amd64" },
    maintainerScript: null,
  });
});

test("a hook is named by its file, in the chroot and in the binary stage; a script of several stages takes the running one", () => {
  const b = liveBuild();
  const { s, build, root } = b;
  const hooks = s.lb(s.lb(build, "chroot"), "chroot_hooks");
  const hook = s.run(hooks, ["/root/0100-logs.hook.chroot"], { interpreter: "/bin/sh", root });
  s.create(s.run(hook, ["touch", "x"], { root }), "chroot/etc/x");
  const binary = s.lb(build, "binary");
  const binaryHook = s.run(s.lb(binary, "binary_hooks"), ["../config/hooks/normal/9.hook.binary"], {
    interpreter: "/bin/sh",
  });
  s.create(binaryHook, "chroot/etc/y");
  s.create(s.run(s.lb(binary, "chroot_prep", "install"), ["cp", "a", "b"]), "chroot/etc/z");
  packed(b, { "/etc/x": {}, "/etc/y": {}, "/etc/z": {} });
  const read = s.read();
  expect(storyOf(read, "/etc/x").writers[0]).toMatchObject({
    hook: "0100-logs.hook.chroot",
    stage: "chroot",
    script: "lb chroot_hooks",
  });
  expect(storyOf(read, "/etc/y").writers[0]).toMatchObject({ hook: "9.hook.binary", stage: "binary" });
  expect(storyOf(read, "/etc/z").writers[0]).toMatchObject({
    hook: null,
    stage: "binary",
    script: "lb chroot_prep",
  });
});

test("the chain ends at the command that Isotrace started, and a fork's copies of it count once", () => {
  const s = new Scenario({ command: [Buffer.from("lb"), Buffer.from("build")] });
  const init = s.exec(s.fork(nobody, { outside: true }), ["/sbin/init"]);
  const isotrace = s.exec(s.fork(init, { outside: false }), ["node", "isotrace", "run", "--", "lb", "build"]);
  const lb = s.run(isotrace, ["/usr/bin/lb", "build"], { interpreter: "/bin/sh" });
  const deep = s.fork(s.fork(s.fork(lb)));
  s.mkdir(lb, "chroot");
  s.create(deep, "chroot/f");
  s.end();
  expect(storyOf(s.read(), "/f").writers[0]!.chain).toEqual([
    { command: ["/bin/sh", "/usr/bin/lb", "build"], executable: "/bin/sh" },
  ]);
});

test("a build that runs its own command again is told from the first one on", () => {
  const s = new Scenario({ command: [Buffer.from("make")] });
  const make = s.run(nobody, ["make"]);
  const inner = s.run(s.run(make, ["sh", "-c", "cd sub && make"]), ["make"]);
  s.mkdir(make, "chroot");
  s.create(inner, "chroot/f");
  s.end();
  const [writer] = storyOf(s.read(), "/f").writers;
  expect(writer!.chain.map(({ command }) => command[0])).toEqual(["make", "sh", "make"]);
});

test("after a recorder's death a living process keeps the parents and the script that the first one saw", () => {
  const b = liveBuild();
  const { s, build } = b;
  const script = s.lb(s.lb(build, "chroot"), "chroot_hacks");
  const start = s.events.findLast((event) => event.kind === "process")!;
  s.restart();
  const init = s.exec(s.fork(nobody, { outside: true }), ["/sbin/init"], { restored: true });
  const again = s.fork(init, { pid: start.pid, start: Math.floor(start.start / 1e7) * 1e7 });
  const seeded = s.exec(again, ["/bin/sh", "/usr/lib/live/build/chroot_hacks"], {
    restored: true,
    filename: Buffer.from("/bin/sh"),
  });
  s.create(s.run(s.fork(seeded), ["rm"]), "chroot/etc/late");
  s.end();
  expect(script.process).toBeGreaterThan(0);
  expect(storyOf(s.read(), "/etc/late").writers[0]).toMatchObject({
    stage: "chroot",
    script: "lb chroot_hacks",
    command: ["rm"],
  });
});

test("a writer whose attribution is a guess is said to be uncertain", () => {
  const b = liveBuild();
  b.s.create(b.build, "chroot/etc/f", operation.write | operation.uncertain);
  packed(b, { "/etc/f": {} });
  expect(storyOf(b.s.read(), "/etc/f").writers[0]).toMatchObject({ uncertain: true, unknown: null });
});

test("a hard link's other name is told at the first name, and a name is not told as another of itself", () => {
  const b = liveBuild();
  b.s.create(b.s.run(b.build, ["install", "a"]), "chroot/etc/a");
  b.s.link(b.s.run(b.build, ["ln", "a", "b"]), "chroot/etc/a", "chroot/etc/b");
  packed(b, { "/etc/a": {}, "/etc/b": {} });
  const build = b.s.read();
  const linked = (path: string) => storyOf(build, path).writers.find((each) => each.operation === "link");
  expect(linked("/etc/a")!.names).toEqual(["b"]);
  expect(linked("/etc/b")!.names).toEqual([]);
});
