import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { analyze } from "../../collector/analyze.ts";
import { NotARecording } from "../../proto/recording.ts";
import { aptRun, liveBuild, packed } from "./support/live-build.ts";
import { nobody, Scenario } from "./support/scenario.ts";

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-reports-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function played() {
  const b = liveBuild();
  const { s, root, build } = b;
  s.output("one\r\ntw");
  s.output("o\n\nthree");
  const dpkg = aptRun(b, ["--unpack"]);
  s.run(dpkg, ["dpkg-deb", "--fsys-tarfile", "/x/aaa_1_all.deb"], { root });
  s.create(dpkg, "chroot/etc/shipped");
  s.create(build, "chroot/etc/made");
  s.package({
    root: s.directory("chroot"),
    action: "install",
    name: "aaa",
    version: "1",
    architecture: "all",
    uri: "http://deb.debian.org/debian/pool/a/aaa_1_all.deb",
  });
  s.package({
    root: s.directory("chroot"),
    action: "install",
    name: "local",
    version: "2",
    uriUnknown: "a local file",
  });
  const wget = s.run(build, ["/usr/bin/wget", "http://x"]);
  s.add({ kind: "connection", time: s.time, ...wget, address: "192.0.2.1", port: 80, protocol: 6 });
  packed(b, {
    "/etc/shipped": { package: "aaa:all", relation: "shipped" },
    "/etc/made": {},
    "/etc/nobody": {},
    "/etc/no`body": { relation: "changed", package: "aaa:all" },
  });
  return s;
}

test("every report is written, nothing else is left, and a second run gives the same bytes", async () => {
  const recording = played().save();
  const [first, second] = [newDirectory(), newDirectory()];
  expect(await analyze(recording, first)).toEqual({ complete: true, causes: [] });
  await analyze(recording, second);
  const names = [
    "build-manifest",
    "build.log",
    "findings.json",
    "findings.sarif",
    "image.buildinfo",
    "manifest.cdx.json",
    "manifest.json",
    "manifest.spdx.json",
    "summary.md",
    "triplets/binuris",
    "triplets/deburis",
    "triplets/srcuris",
  ];
  const found = readdirSync(first, { recursive: true, encoding: "utf8" }).filter(
    (name) => name !== "triplets",
  );
  expect(found.sort()).toEqual(names);
  for (const name of names) expect(readFileSync(join(second, name))).toEqual(readFileSync(join(first, name)));
});

test("the log has the time at which each line began, and the build's bytes", async () => {
  const out = newDirectory();
  await analyze(played().save(), out);
  const log = readFileSync(join(out, "build.log"), "latin1");
  expect(log.replace(/\[ +\d\.\d{3}\] /g, "[T] ")).toBe("[T] one\r\n[T] two\n[T] \n[T] three\n");
});

test("the summary names what the build left running: nothing that ended, and nothing that was there before", async () => {
  const s = new Scenario();
  const shell = s.run(nobody, ["/bin/sh", "-c", "lb build"]);
  s.exec(s.fork(nobody, { outside: true }), ["/sbin/init"]);
  s.exec(s.fork(shell), ["gpg-agent", "--daemon"]);
  s.fork(shell);
  s.add({ kind: "exit", time: s.time, process: shell.process, status: 0, signal: 0, core: false });
  s.end();
  const out = newDirectory();
  await analyze(s.save(), out);
  expect(readFileSync(join(out, "summary.md"), "utf8").split("\n")).toContain(
    "- still running when the build ended, so that what they did afterwards is not recorded: 2: `/bin/sh -c 'lb build'`, `gpg-agent --daemon`",
  );
});

test("the summary counts files by state and writer, and names those without one", async () => {
  const out = newDirectory();
  await analyze(played().save(), out);
  const summary = readFileSync(join(out, "summary.md"), "utf8");
  expect(summary.split("\n")[0]).toBe("# The build ended well");
  expect(summary).toContain("4 entries, 4 regular files");
  expect(summary).toContain("by state: changed 1, generated 2, shipped 1");
  expect(summary).toContain("by last writer: package files 1, live-build script 1, unknown 2");
  expect(summary).toContain("exactly their package's: 2: `` /etc/no`body ``, `/etc/nobody`");
  expect(summary).toContain("in no list of triplets: 1: `local 2` (a local file)");
  expect(summary).toContain("- 192.0.2.1 port 80: 1 by `wget` (lb build)");
});

test("an incomplete recording and a failed build are said in the first line", async () => {
  const s = played();
  s.events.pop();
  s.add({ kind: "loss", time: s.time, what: "queue", count: 1, detail: "<b>" });
  s.end("failed", 3);
  const out = newDirectory();
  const { complete, causes } = await analyze(s.save(), out);
  expect({ complete, causes }).toEqual({ complete: false, causes: ['loss: 1 of kind "queue" (<b>)'] });
  const [title, , , , cause] = readFileSync(join(out, "summary.md"), "utf8").split("\n");
  expect(title).toBe("# INCOMPLETE: The build FAILED with status 3");
  expect(cause).toBe('- loss: 1 of kind "queue" (\\<b\\>)');
});

test("a file that is no recording is an error, and leaves no report", async () => {
  const out = newDirectory();
  const path = join(out, "garbage");
  writeFileSync(path, "garbage");
  await expect(analyze(path, join(out, "reports"))).rejects.toThrow(NotARecording);
  expect(readdirSync(out)).toEqual(["garbage"]);
});
