import { describe, expect, it } from "vitest";
import {
  cat,
  entry,
  facts,
  middle,
  observe,
  relative,
  sourcesOf,
  subject,
  writer,
} from "../support/subject.ts";

const uname = relative(["/bin/uname"], [{ what: "uname" }]);

function seen(text: string, family = [uname], path = "/etc/x"): string[] {
  return observe(subject(path, text, { family })).map(({ source, confidence }) => `${source} ${confidence}`);
}

describe("values of the machine and the user", () => {
  it.each([
    ["the host name alone", "forge-7\n", "hostname high"],
    ["the host name in a prompt", "root@forge-7:~#\n", "hostname high"],
    [
      "uname -a",
      "Linux forge-7 6.12.9-builder #3 SMP PREEMPT_DYNAMIC Debian 6.12.9-1 x86_64\n",
      "kernel high",
    ],
    ["uname -a, the name", "Linux forge-7 6.12.9-builder x86_64\n", "hostname high"],
    ["the build directory", "Built-In: /srv/images/nightly/chroot\n", "build-path high"],
    ["the user", "Built by ada on Monday\n", "username medium"],
    ["the home directory", "cache=/home/ada/.cache\n", "username high"],
    ["the processor", "cpu: AMD EPYC 7B13\n", "cpu medium"],
    ["the time zone", "zone Europe/Paris\n", "timezone medium"],
    ["the locale", "LC_ALL=fr_FR.UTF-8\n", "locale medium"],
  ])("%s", (_, text, wanted) => {
    expect(seen(text)).toContain(wanted);
  });

  it("a short host name counts where something says that it is one", () => {
    const of = (text: string, family = [uname]) =>
      observe(subject("/etc/x", text, { family }), { hostName: "box" }).map(({ confidence }) => confidence);
    expect(of("box\n")).toEqual(["high"]);
    expect(of("mail root@box\n")).toEqual(["high"]);
    expect(of("hostname=box\n")).toEqual(["high"]);
    expect(of("127.0.1.1\tbox\n")).toEqual(["high"]);
    expect(of("open the box with care\n", [cat])).toEqual([]);
  });

  it("the running kernel says nothing where the image has the same, unless the machine was asked", () => {
    const text = "kernel 6.12.9-builder\n";
    expect(observe(subject("/boot/x", text), { isKernelInImage: true })).toEqual([]);
    const asked = observe(subject("/boot/x", text, { family: [uname] }), { isKernelInImage: true });
    expect(asked).toMatchObject([{ source: "kernel", confidence: "low" }]);
  });

  it("values in a name, and in the target of a link", () => {
    expect(seen("x", [cat], "/var/lib/dkms/6.12.9-builder")).toContain("kernel high");
    const link = entry("/etc/x", { type: "symlink", target: "/srv/images/nightly/chroot/etc/y" });
    expect(sourcesOf(observe(subject("/etc/x", undefined, { entry: link })))).toEqual(["build-path"]);
    expect(sourcesOf(observe(subject(`/var/backups/x.${middle}`, "x")))).toEqual(["timestamp"]);
    expect(sourcesOf(observe(subject("/var/log/x-20261124-0936.log", "x")))).toEqual(["timestamp"]);
    expect(sourcesOf(observe(subject("/var/log/x-20261101-0936.log", "x")))).toEqual([]);
  });
});

describe("the environment", () => {
  it("a value counts for a writer that had it from the builder", () => {
    const of = (text: string, variables: ReadonlyMap<string, string>) =>
      sourcesOf(observe(subject("/etc/x", text, { variables })));
    const own = facts.environment;
    expect(of("13.09.2020 14:26 CEST\n", own)).toEqual(["timezone"]);
    expect(of("13.09.2020 14:26 CEST\n", new Map())).toEqual([]);
    expect(of("LANG=fr_FR.UTF-8\n", own)).toEqual(["locale"]);
    expect(of("LANG=fr_FR.UTF-8\n", new Map([["LANG", "C"]]))).toEqual([]);
  });
});

describe("processors", () => {
  const nproc = relative(["/usr/bin/nproc"], [{ what: "sched_getaffinity" }]);
  it.each([
    ["nproc alone", "6\n", [nproc], "cpu high"],
    ["nproc in a setting", "make -j6\n", [nproc], "cpu high"],
    [
      "who asked for the set of processors",
      "MAX_JOBS=6\n",
      [relative(["/usr/bin/x"], [{ what: "sched_getaffinity" }])],
      "cpu medium",
    ],
    [
      "/proc/cpuinfo",
      "processor\t: 0\nmodel name\t: x\n",
      [relative(["/bin/cat"], [{ what: "/proc/cpuinfo" }])],
      "cpu high",
    ],
  ])("%s", (_, text, family, wanted) => {
    expect(seen(text, family)).toContain(wanted);
  });

  it("the same number of who did not ask, and other numbers, say nothing", () => {
    expect(seen("MAX_JOBS=6\n", [cat])).toEqual([]);
    expect(seen("MAX_JOBS=16\nversion 1.6\n", [nproc])).toEqual([]);
    expect(seen("threads = 6\n", [relative(["/usr/bin/dpkg-deb"], [{ what: "sched_getaffinity" }])])).toEqual(
      [],
    );
  });
});

describe("process numbers", () => {
  const shell = relative(["/bin/sh"], [], { pid: 4711, parentPid: 4700 });
  it.each([
    ["a pid file", "4711\n", "/run/x.pid", "process-id high"],
    ["a number alone", "4711\n", "/etc/x", "process-id medium"],
    ["a label", "started with pid=4711\n", "/etc/x", "process-id high"],
    ["a log", "x[4700]: begun\n", "/var/log/x", "process-id high"],
    ["a name", "x", "/var/lib/x.4711", "process-id medium"],
  ])("%s", (_, text, path, wanted) => {
    expect(seen(text, [shell], path)).toContain(wanted);
  });

  it("a number that counts something, another's, and one of who ran before say nothing", () => {
    expect(seen("size 4711\nport: 4711\n1.4711\n", [shell])).toEqual([]);
    expect(seen("pid=4712\n", [shell])).toEqual([]);
    expect(seen("pid=4711\n", [cat, { ...shell, role: "before" as const }].slice(1))).toEqual([]);
  });
});

describe("metadata", () => {
  it("a time of the build is told, at low confidence; SOURCE_DATE_EPOCH and older times are not", () => {
    const of = (mtime: number, with_ = {}) =>
      observe(subject("/etc/x", "", { entry: entry("/etc/x", { mtime }) }), with_);
    expect(of(middle)).toMatchObject([{ source: "file-metadata", confidence: "low" }]);
    expect(of(facts.epoch!)).toEqual([]);
    expect(of(middle - 10_000_000)).toEqual([]);
    expect(of(middle - 3600, { epoch: middle + 86_400 })).toMatchObject([{ source: "file-metadata" }]);
  });

  it("a mode that only an unusual umask gives", () => {
    const of = (mode: number, umask: number, operations = "create, write") => {
      const writers = [writer(operations)];
      return sourcesOf(
        observe(subject("/etc/x", "", { entry: entry("/etc/x", { mode }), writers }), { umask }),
      );
    };
    expect(of(0o664, 0o002)).toEqual(["umask"]);
    expect(of(0o600, 0o077)).toEqual(["umask"]);
    expect(of(0o644, 0o002)).toEqual([]);
    expect(of(0o644, 0o022)).toEqual([]);
    expect(of(0o664, 0o002, "create, write, attributes")).toEqual([]);
  });

  it("a mode that a shell left to an unusual umask, told from one that a program asked for", () => {
    const of = (mode: number, ...writers: ReturnType<typeof writer>[]) =>
      sourcesOf(observe(subject("/etc/x", "", { entry: entry("/etc/x", { mode }), writers })));
    expect(of(0o640, writer("create, write", ["/bin/sh"]))).toEqual(["umask"]);
    expect(of(0o640, writer("create, write", ["/usr/bin/x"]))).toEqual([]);
    expect(of(0o640, writer("write, attributes", ["/bin/chmod"]), writer("create", ["/bin/sh"]))).toEqual([]);
    expect(of(0o644, writer("create, write", ["/bin/sh"]))).toEqual([]);
  });

  it("a time that was set relative to now, if the epoch did not take its place", () => {
    const of = (mtime: number, date: string) => {
      const writers = [writer("create, attributes", ["/usr/bin/touch", "-d", date])];
      return observe(subject("/etc/x", "", { entry: entry("/etc/x", { mtime }), writers })).map(
        (each) => each.confidence,
      );
    };
    expect(of(middle - 126_230_400, "4 years ago")).toEqual(["high"]);
    expect(of(middle - 126_230_400, "2022-11-24 09:36")).toEqual([]);
    expect(of(facts.epoch!, "4 years ago")).toEqual([]);
  });

  it("an owner that the image does not know", () => {
    const of = (uid: number, users?: ReadonlySet<number>) =>
      sourcesOf(observe(subject("/etc/x", "", { entry: entry("/etc/x", { uid }) }), { users }));
    expect(of(1000, new Set([0]))).toEqual(["username"]);
    expect(of(1000, new Set([0, 1000]))).toEqual([]);
    expect(of(33, new Set([0]))).toEqual([]);
    expect(of(1000, undefined)).toEqual([]);
  });
});
