import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FindingsJson } from "../../collector/nondeterminism/formats/json.ts";
import { buildEnvironment, removeBuild } from "./lib/live-build.ts";
import { findMirror } from "./lib/mirror.ts";
import { type Observed, observe, report } from "./lib/observe.ts";
import { testHome } from "./lib/paths.ts";

/** A system with curl and pip, bootstrapped once for all runs. */
const cache = join(tmpdir(), "isotrace-test-pip-bookworm.tar");
const wheel = "isotrace_example-1.0-py3-none-any.whl";
const home = testHome("network-inputs");
const [build, out] = [join(home, "build"), join(home, "out")];
const chroot = join(build, "chroot");
let server: Server;
let port: number;
let observed: Observed;
let found: FindingsJson;

beforeAll(async () => {
  await removeBuild(home);
  mkdirSync(chroot, { recursive: true });
  await unpack(await findMirror());
  const directory = await makeWheel();
  await makePackage();
  server = await serve(directory);
  port = (server.address() as AddressInfo).port;
  for (const [name, script] of Object.entries(hooks(`http://127.0.0.1:${port}`)))
    writeFileSync(join(chroot, "root", `${name}.hook.chroot`), `#!/bin/sh\nset -e\n${script}`, {
      mode: 0o755,
    });
  writeFileSync(join(build, "build.sh"), runsHooks);
  observed = await observe(["sh", "build.sh"], build, out, buildEnvironment(""));
  found = await report<FindingsJson>("findings", out);
});

afterAll(async () => {
  server?.close();
  await removeBuild(home);
});

test("what hooks download, and local packages that they install, are three findings, and nothing else is one", () => {
  expect(observed).toMatchObject({ status: 0, output: expect.stringContaining("the build's hooks ran") });
  expect(found).toMatchObject({ complete: true, causes: [] });
  const commands = inputs().map(({ hook, chain }) => [hook, chain?.[0]?.command.join(" ")]);
  expect(commands).toEqual([
    ["0100-curl.hook.chroot", expect.stringMatching(/^curl --silent .* \/usr\/share\/notes.txt /)],
    ["0200-package.hook.chroot", "dpkg --install /root/isotrace-example_1.0_all.deb"],
    ["0300-pip.hook.chroot", expect.stringMatching(/\/pip install .* isotrace-example$/)],
  ]);
});

test("each says where it connected to and what it wrote, and the hook is to blame", () => {
  const [curl, local, pip] = inputs();
  const server = `127.0.0.1 port ${port}, to fetch http://127.0.0.1:${port}`;
  expect(curl).toMatchObject({
    path: "/usr/share/notes.txt",
    culprit: { kind: "hook", name: "0100-curl.hook.chroot" },
    evidence: [{ meaning: `curl connected to ${server}/notes.txt?token=***` }],
  });
  expect(local).toMatchObject({
    culprit: { kind: "hook", name: "0200-package.hook.chroot" },
    culprits: [{}, { kind: "package", name: "isotrace-example", version: "1.0" }],
    evidence: [{ meaning: expect.stringMatching(/^isotrace-example 1\.0 all, sha256 [0-9a-f]{64}$/) }],
  });
  expect(pip).toMatchObject({
    path: "/usr/local/lib/python3.11/dist-packages",
    culprit: { kind: "hook", name: "0300-pip.hook.chroot" },
    evidence: [{ meaning: `pip connected to ${server}/simple/` }],
  });
});

test.each(["findings.json", "findings.sarif"])("no credential of a URL or option is in %s", (name) => {
  const report = readFileSync(join(out, name), "utf8");
  expect(report).toContain(`http://127.0.0.1:${port}/notes.txt`);
  expect(report).not.toContain("s3cret");
});

/** The findings of what came from elsewhere, by the hook. */
function inputs(): FindingsJson["findings"] {
  const name = ({ hook }: FindingsJson["findings"][number]) => String(hook);
  return found.findings
    .filter(({ source }) => source === "network-input")
    .sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Two of them fetch from elsewhere, one installs a file, one only lets apt do its work and looks up names. */
function hooks(url: string): Record<string, string> {
  const withSecrets = url.replace("//", "//builder:s3cret-password@");
  return {
    "0100-curl": `curl --silent --fail --user builder:s3cret --output /usr/share/notes.txt '${withSecrets}/notes.txt?token=s3cret-token'`,
    "0200-package": "dpkg --install /root/isotrace-example_1.0_all.deb",
    "0300-pip": `pip install --break-system-packages --index-url ${url}/simple/ isotrace-example`,
    "0400-apt": "apt-get update\napt-get install --yes hello\ngetent hosts deb.debian.org || true\nhello",
  };
}

const runsHooks = `set -e
for hook in chroot/root/*.hook.chroot
do
	chroot chroot /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive \\
		"/root/\${hook##*/}"
done
echo "the build's hooks ran"
`;

async function unpack(mirror: string): Promise<void> {
  if (!existsSync(cache)) {
    const fresh = `${cache}.${process.pid}.tar`;
    const options = ["--variant=minbase", "--include=curl,python3-pip", "--format=tar"];
    await execa("mmdebstrap", [...options, "bookworm", fresh, mirror]);
    renameSync(fresh, cache);
  }
  await execa("tar", ["--extract", "--file", cache, "--numeric-owner", "--directory", chroot]);
  copyFileSync("/etc/resolv.conf", join(chroot, "etc/resolv.conf"));
}

async function makePackage(): Promise<void> {
  const tree = join(home, "package");
  mkdirSync(join(tree, "DEBIAN"), { recursive: true });
  mkdirSync(join(tree, "usr/share/isotrace-example"), { recursive: true });
  const fields = [
    "Package: isotrace-example",
    "Version: 1.0",
    "Architecture: all",
    "Maintainer: Nobody <nobody@example.org>",
    "Description: a package of no archive",
  ];
  writeFileSync(join(tree, "DEBIAN/control"), `${fields.join("\n")}\n`);
  writeFileSync(join(tree, "usr/share/isotrace-example/file"), "content\n");
  const file = join(chroot, "root/isotrace-example_1.0_all.deb");
  await execa("dpkg-deb", ["--root-owner-group", "--build", tree, file]);
}

/** A package as pip takes it (PEP 427), zipped by the Python of the system. @returns the directory that it is in */
async function makeWheel(): Promise<string> {
  const info = "isotrace_example-1.0.dist-info";
  const files: Record<string, string> = {
    "isotrace_example/__init__.py": "name = 'example'\n",
    [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: isotrace-example\nVersion: 1.0\n",
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: `isotrace_example/__init__.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  };
  const directory = join(home, "wheel");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const inside = join(chroot, "tmp/wheel");
  await execa("cp", ["--recursive", directory, inside]);
  const script = `cd /tmp/wheel && python3 -m zipfile -c ${wheel} isotrace_example ${info}`;
  await execa("chroot", [chroot, "sh", "-c", script]);
  copyFileSync(join(inside, wheel), join(directory, wheel));
  rmSync(inside, { recursive: true });
  return directory;
}

/** What the hooks fetch from: a file, and an index of Python packages (PEP 503). */
async function serve(directory: string): Promise<Server> {
  const served = createServer(({ url = "" }, response) => {
    if (url.startsWith("/notes.txt")) response.end("notes\n");
    else if (url === "/simple/isotrace-example/") {
      response.setHeader("Content-Type", "text/html");
      response.end(`<!DOCTYPE html><a href="/${wheel}">${wheel}</a>`);
    } else if (url === `/${wheel}`) createReadStream(join(directory, wheel)).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => served.listen(0, "127.0.0.1", resolve));
  return served;
}
