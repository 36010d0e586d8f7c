import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operation } from "../../../../proto/events.ts";
import { Build, makeDeb, unpackMinbase } from "./lib/system.ts";

const directory = mkdtempSync(join(tmpdir(), "isotrace-packages-"));
const chroot = join(directory, "chroot");
const build = new Build(directory);

/** What dpkg itself says is installed: "name version architecture". */
async function installed(root: string): Promise<string[]> {
  const { stdout } = await execa("dpkg-query", [
    `--admindir=${join(directory, root)}/var/lib/dpkg`,
    "--show",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
    "--showformat=${Package} ${Version} ${Architecture}\n",
  ]);
  return stdout.split("\n").sort();
}

function triplets(packages: { name: string; version: string; architecture: string }[]): string[] {
  return packages.map((each) => `${each.name} ${each.version} ${each.architecture}`).sort();
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

beforeAll(async () => {
  await unpackMinbase(chroot);
  copyFileSync("/etc/resolv.conf", join(chroot, "etc/resolv.conf"));
  // live-build's repository for config/packages.chroot
  mkdirSync(join(chroot, "root/packages"));
  await makeDeb(join(chroot, "root/packages"), "local-one", "2:1.0", "local-source (2:0.9)");
  await makeDeb(join(chroot, "root"), "nowhere", "1:3-1", "src (9)", "Priority: extra\nDepends: libc6\n");
  const { stdout } = await execa("apt-ftparchive", ["packages", "."], { cwd: join(chroot, "root/packages") });
  writeFileSync(join(chroot, "root/packages/Packages"), `${stdout}\n`);
  writeFileSync(
    join(chroot, "etc/apt/sources.list.d/packages.list"),
    "deb [ trusted=yes ] file:/root/packages ./\n",
  );
}, 300_000);

afterAll(async () => {
  await build.probe.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("a system that apt and dpkg work in", () => {
  test("every package downloaded and installed has the URI, digest and size that apt used", async () => {
    await build.chroot("chroot", "apt-get", "update");
    const uris = await build.chroot(
      "chroot",
      "apt-get",
      "install",
      "--print-uris",
      "-qq",
      "-y",
      "zip",
      "local-one",
    );
    await build.chroot("chroot", "apt-get", "install", "-y", "zip", "local-one");
    await build.probe.settle();
    expect(build.losses).toEqual([]);
    const used = uris.split("\n").map((line) => /^'([^']+)' \S+ (\d+)/.exec(line)!.slice(1, 3));
    const told = build.packages("chroot", "install").map((each) => [each.uri, `${each.size}`]);
    expect(told.sort()).toEqual(used.map(([uri, size]) => [uri!.replace("/./", "/"), size]).sort());
    const local = build.packages("chroot", "install").find((each) => each.name === "local-one");
    expect(local).toMatchObject({
      version: "2:1.0",
      architecture: "all",
      source: "local-source",
      sourceVersion: "2:0.9",
      uri: "file:/root/packages/local-one_1.0_all.deb",
      sha256: sha256(join(chroot, "root/packages/local-one_1.0_all.deb")),
      origins: [
        { list: "_root_packages_._Packages", uri: "file:/root/packages", suite: "./", component: "" },
      ],
    });
    for (const each of build.packages("chroot", "download")) {
      const file = `${each.name}_${each.version.replaceAll(":", "%3a")}_${each.architecture}.deb`;
      expect(each.sha256).toBe(sha256(join(chroot, "var/cache/apt/archives", file)));
    }
    expect(triplets(build.packages("chroot", "download"))).toEqual(
      triplets(build.packages("chroot", "install").filter((each) => each.name !== "local-one")),
    );
  });

  test("what was there before is present: together it is what dpkg has, each with a URI", async () => {
    const all = build.packages("chroot", "install", "present");
    expect(triplets(all)).toEqual(await installed("chroot"));
    expect(all.filter((each) => each.uri === "")).toEqual([]);
  });

  test("each has the control fields that dpkg has, from apt's lists or from dpkg's status", async () => {
    const { stdout } = await execa("dpkg-query", [
      `--admindir=${chroot}/var/lib/dpkg`,
      "--show",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
      "--showformat=${Package}|${Essential}|${Pre-Depends}|${Depends}|${Recommends}|${Provides}\n",
    ]);
    const told = build
      .packages("chroot", "install", "present")
      .map((each) =>
        [
          each.name,
          each.essential ? "yes" : "no",
          each.preDepends,
          each.depends,
          each.recommends,
          each.provides,
        ].join("|"),
      );
    expect(told.sort()).toEqual(stdout.split("\n").sort());
  });

  test("each source package's changelog is told once, as it was unpacked, also if documentation is removed then", async () => {
    const sources = new Set(
      build.packages("chroot", "install", "present").map((each) => `${each.source} ${each.sourceVersion}`),
    );
    const told = build.changelogs().map((each) => {
      const of = build
        .packages("chroot", "install", "present")
        .find(({ name, version }) => name === each.package && version === each.version)!;
      return `${of.source} ${of.sourceVersion}`;
    });
    // The local package has no documentation, and a rebuild of the same source has a changelog of its own.
    sources.delete("local-source 2:0.9");
    expect(new Set(told)).toEqual(sources);
    const rebuilds = build.changelogs().filter((each) => /\+b\d+$/.test(each.version));
    expect(told.length).toBeLessThanOrEqual(sources.size + rebuilds.length);
    const zip = build.changelogs().find((each) => each.package === "zip")!;
    const whole = gunzipSync(readFileSync(join(chroot, "usr/share/doc/zip/changelog.Debian.gz"))).toString(
      "latin1",
    );
    expect(whole).toContain(
      Buffer.from(zip.text)
        .toString("latin1")
        .replace(/^[\s\S]*?\n\n(?=zip \()/, "")
        .trim(),
    );
    expect(Buffer.from(zip.text).toString()).toMatch(/^zip \(3\.0-/);

    rmSync(join(chroot, "usr/share/doc"), { recursive: true });
    await build.chroot("chroot", "dpkg", "--install", "/root/packages/local-one_1.0_all.deb");
    await build.probe.settle();
    expect(build.changelogs()).toHaveLength(told.length);
    expect(build.losses).toEqual([]);
  });

  test("apt's configuration is told once, again when it is another, and when it goes", async () => {
    const told = () =>
      build
        .configurations("chroot")
        .splice(0)
        .map(({ path, content, removed }) => [
          Buffer.from(path).toString(),
          removed ? "removed" : Buffer.from(content).toString(),
        ]);
    const sources = "/etc/apt/sources.list.d/packages.list";
    expect(told().filter(([path]) => path === sources)).toEqual([
      [sources, "deb [ trusted=yes ] file:/root/packages ./\n"],
    ]);
    const before = told().length;
    const preferences = "Package: *\nPin: release a=x\nPin-Priority: 1\n";
    await build.run("chroot", ["sh", "-c", `printf '${preferences}' > ${chroot}/etc/apt/preferences`]);
    await build.probe.settle();
    await build.chroot("chroot", "touch", "/etc/apt/preferences");
    await build.probe.settle();
    expect(told().slice(before)).toEqual([["/etc/apt/preferences", preferences]]);
    await build.run("chroot", ["rm", join(chroot, "etc/apt/preferences")]);
    await build.probe.settle();
    expect(told().slice(before + 1)).toEqual([["/etc/apt/preferences", "removed"]]);
  });

  test("each Release file is told once, with the archive's state", async () => {
    const releases = build.releases().filter((each) => each.list.endsWith("bookworm_InRelease"));
    expect(releases).toHaveLength(1);
    expect(releases[0]).toMatchObject({ suite: "bookworm", codename: "bookworm", origin: "Debian" });
    expect(releases[0]!.sha256).toBe(sha256(join(chroot, "var/lib/apt/lists", releases[0]!.list)));
  });

  test("a package that dpkg takes from a file outside of apt is told with that file and its digest", async () => {
    const command = ["dpkg", "-i", "/root/nowhere_3-1_all.deb"];
    await build.run("chroot", ["chroot", chroot, ...command], build.writer(command));
    await build.probe.settle();
    const [told] = build.packages("chroot", "install").filter((each) => each.name === "nowhere");
    expect(told).toMatchObject({
      version: "1:3-1",
      uri: "",
      uriUnknown: "in none of apt's lists: installed from a local file: /root/nowhere_3-1_all.deb",
      sha256: sha256(join(chroot, "root/nowhere_3-1_all.deb")),
      source: "src",
      sourceVersion: "9",
      priority: "extra",
      depends: "libc6",
    });
  });

  test("each run of dpkg is told with its own process, though they are read together", async () => {
    const remove = build.writer(["dpkg"]);
    const purge = build.writer(["dpkg"]);
    await build.run("chroot", ["chroot", chroot, "dpkg", "--remove", "zip"], remove);
    await build.run("chroot", ["chroot", chroot, "dpkg", "--purge", "nowhere"], purge);
    await build.probe.settle();
    const gone = build
      .packages("chroot", "remove", "purge")
      .map(({ action, name, process }) => ({ action, name, process }));
    expect(gone).toEqual([
      { action: "remove", name: "zip", process: remove.process!.pid },
      { action: "remove", name: "nowhere", process: purge.process!.pid },
    ]);
    // dpkg has forgotten it, what was known when it was installed is still told.
    expect(build.packages("chroot", "remove").at(-1)).toMatchObject({
      source: "src",
      sourceVersion: "9",
      depends: "libc6",
      sha256: sha256(join(chroot, "root/nowhere_3-1_all.deb")),
    });
  });

  test("a log that a hook empties after it was read costs nothing, before it was read it is a loss", async () => {
    const log = join(chroot, "var/log/dpkg.log");
    const before = build.packages("chroot", "install", "remove").length;
    await build.run("chroot", ["truncate", "-s", "0", log]);
    await build.probe.settle();
    await build.chroot("chroot", "dpkg", "--install", "/root/nowhere_3-1_all.deb");
    await build.probe.settle();
    expect(build.packages("chroot", "install", "remove")).toHaveLength(before + 1);
    expect(build.losses).toEqual([]);

    await build.chroot("chroot", "dpkg", "--purge", "nowhere");
    await build.run("chroot", ["rm", log]);
    await build.probe.settle();
    expect(build.losses.splice(0)).toEqual([
      "packages: dpkg.log was removed before what dpkg had logged was read",
    ]);
  });

  test("a package that another list has too, once apt has that list, is told again with all of its origins", async () => {
    cpSync(join(chroot, "root/packages"), join(chroot, "root/more"), { recursive: true });
    writeFileSync(
      join(chroot, "etc/apt/sources.list.d/more.list"),
      "deb [ trusted=yes ] copy:/root/more ./\n",
    );
    const origins = () =>
      build
        .packages("chroot", "present")
        .filter(({ name }) => name === "local-one")
        .map((each) => each.origins.map(({ uri }) => uri).sort());
    expect(origins()).toEqual([]);
    await build.chroot("chroot", "apt-get", "update");
    await build.probe.settle();
    expect(origins()).toEqual([["copy:/root/more", "file:/root/packages"]]);

    // As at the end of a build, whose image has other mirrors: nothing was chosen from those.
    const others = ["other-1", "other-2", "other-3"];
    for (const name of others)
      cpSync(join(chroot, "root/packages"), join(chroot, "root", name), { recursive: true });
    const lines = others.map((name) => `deb [ trusted=yes ] copy:/root/${name} ./\n`).join("");
    const file = join(chroot, "etc/apt/sources.list.d/packages.list");
    const sources = readFileSync(file, "utf8");
    writeFileSync(file, lines);
    rmSync(join(chroot, "etc/apt/sources.list.d/more.list"));
    await build.chroot("chroot", "apt-get", "update");
    await build.probe.settle();
    expect(origins()).toEqual([["copy:/root/more", "file:/root/packages"]]);
    writeFileSync(file, sources);
    for (const name of ["more", ...others]) rmSync(join(chroot, "root", name), { recursive: true });
  });
});

describe("a system that came by copy", () => {
  test("has its packages present, with what the original's lists said, and not the original's log as its own", async () => {
    rmSync(join(chroot, "var/lib/apt/lists"), { recursive: true });
    await build.chroot("chroot", "dpkg", "--install", "/root/nowhere_3-1_all.deb");
    await build.probe.settle();
    await build.run("builder", ["cp", "-a", chroot, join(directory, "builder")]);
    await build.chroot("builder", "dpkg", "--purge", "nowhere");
    await build.probe.settle();
    expect(build.losses).toEqual([]);
    expect(build.packages("builder", "install")).toEqual([]);
    expect(build.packages("builder", "remove").map((each) => each.name)).toEqual(["nowhere"]);
    const present = build.packages("builder", "present");
    expect(triplets(present)).toEqual(await installed("builder"));
    expect(present.filter((each) => each.uri === "")).toEqual([]);
  });

  test("is told wherever it was moved to, and nothing is missed when it is removed then", async () => {
    await build.run("cache", ["cp", "-a", chroot, join(directory, "cache")]);
    const number = build.rootNumber("cache");
    renameSync(join(directory, "cache"), join(directory, "moved"));
    await build.probe.settle();
    const before = build.events.filter((each) => each.kind === "package" && each.root === number);
    expect(triplets(before as never)).toEqual(await installed("moved"));
    rmSync(join(directory, "moved"), { recursive: true });
    await build.probe.settle();
    expect(build.losses).toEqual([]);
  });
});

describe("debootstrap's list", () => {
  test("is told line by line once, with digests from the list that it downloaded, also over a second run", async () => {
    const target = join(directory, "target");
    mkdirSync(join(target, "debootstrap"), { recursive: true });
    mkdirSync(join(target, "var/lib/apt/lists"), { recursive: true });
    const stanza = (name: string) =>
      `Package: ${name}\nVersion: 1:2-3\nArchitecture: amd64\nSource: src (4)\nFilename: pool/main/${name}_2-3_amd64.deb\nSize: 77\nSHA256: ${name}0ff\n`;
    writeFileSync(
      join(target, "var/lib/apt/lists/deb.example_debian_dists_sid_main_binary-amd64_Packages"),
      `${stanza("a")}\n${stanza("b")}`,
    );
    const line = (name: string) =>
      `${name} 1:2-3 https://me:secret@deb.example/debian/pool/main/${name}_2-3_amd64.deb\n`;
    const writer = build.writer(["sh", "/usr/sbin/debootstrap"]);
    const write = async (text: string) => {
      writeFileSync(join(target, "debootstrap/deburis"), text);
      build.notice("target/debootstrap/deburis", operation.write, writer);
      await build.probe.settle();
    };
    await write(`${line("a")}b 1:2`);
    await write(line("a") + line("b"));
    await write(line("a"));
    await write(line("a") + line("b"));
    const origin = {
      list: "deb.example_debian_dists_sid_main_binary-amd64_Packages",
      uri: "https://deb.example/debian",
      suite: "sid",
      component: "main",
    };
    const told = build.packages("target", "bootstrap");
    expect(told.map(({ name, sha256, process }) => [name, sha256, process])).toEqual([
      ["a", "a0ff", writer.process!.pid],
      ["b", "b0ff", writer.process!.pid],
    ]);
    expect(told[0]).toMatchObject({
      uri: "https://deb.example/debian/pool/main/a_2-3_amd64.deb",
      architecture: "amd64",
      size: 77,
      source: "src",
      sourceVersion: "4",
      origins: [origin],
    });
  });
});

describe("a source package", () => {
  test("has the URI and digest of its .dsc, and is told once when it is moved out of the system", async () => {
    const sources = join(
      directory,
      "target/var/lib/apt/lists/deb.example_debian_dists_sid_main_source_Sources",
    );
    writeFileSync(
      sources,
      "Package: hello\nVersion: 1:2.10-3\nDirectory: pool/main/h/hello\nChecksums-Sha256:\n aaaa 10 hello_2.10.orig.tar.gz\n bbbb 20 hello_2.10-3.dsc\n",
    );
    mkdirSync(join(directory, "target/src"));
    mkdirSync(join(directory, "source"));
    const writer = build.writer(["apt-get"]);
    const dsc = join(directory, "target/src/hello_2.10-3.dsc");
    writeFileSync(dsc, "Source: hello\nVersion: 1:2.10-3\n");
    build.notice("target/var/lib/apt/lists/x_source_Sources", operation.write, writer);
    build.notice("target/src/hello_2.10-3.dsc", operation.write, writer);
    await build.probe.settle();
    cpSync(dsc, join(directory, "source/hello_2.10-3.dsc"));
    build.notice("source/hello_2.10-3.dsc", operation.write, build.writer(["cp"]));
    await build.probe.settle();
    const told = build.events.filter((each) => each.kind === "package" && each.action === "source");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      name: "hello",
      version: "1:2.10-3",
      uri: "https://deb.example/debian/pool/main/h/hello/hello_2.10-3.dsc",
      sha256: "bbbb",
      process: writer.process!.pid,
    });
  });
});
