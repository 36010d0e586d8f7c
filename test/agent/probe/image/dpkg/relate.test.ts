import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { directory, type Read, read } from "../lib/read.ts";
import { scratch } from "../lib/scratch.ts";

const top = scratch();
const tree = join(top, "tree");

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function put(path: string, text: string): void {
  mkdirSync(dirname(tree + path), { recursive: true });
  writeFileSync(tree + path, text);
}

function putPackage(id: string, list: string[], checksums: Record<string, string>): void {
  put(`/var/lib/dpkg/info/${id}.list`, `${["/.", ...list].join("\n")}\n`);
  const lines = Object.entries(checksums).map(([path, text]) => `${md5(text)}  ${path}\n`);
  put(`/var/lib/dpkg/info/${id}.md5sums`, lines.join(""));
}

function related({ entries }: Read, path: string): unknown[] {
  const entry = entries.find((each) => each.path === path);
  return entry === undefined ? [] : [entry.relation, entry.package];
}

let result: Read;

beforeAll(async () => {
  mkdirSync(`${tree}/usr/bin`, { recursive: true });
  symlinkSync("usr/bin", `${tree}/bin`);
  put("/usr/bin/ls", "ls");
  put("/usr/bin/changed", "changed later");
  put("/usr/bin/made", "by a hook");
  put("/usr/bin/dash", "dash");
  put("/usr/bin/sh.distrib", "sh of coreutils");
  put("/usr/bin/sh", "sh of dash");
  put("/usr/bin/tool.local", "tool");
  put("/usr/bin/tool", "administrator's");
  put("/usr/bin/taken", "of dash");
  put("/usr/bin/unsummed", "?");
  symlinkSync("ls", `${tree}/usr/bin/was-file`);
  put("/etc/kept.conf", "as shipped");
  put("/etc/edited.conf", "edited");
  put("/etc/obsolete.conf", "old");
  put("/etc/new.conf", "?");
  put("/etc/dropped.conf", "still here");
  put("/usr/lib/shared", "both");
  put("/name \xe9", "bytes");
  putPackage(
    "coreutils",
    [
      "/bin",
      "/bin/ls",
      "/bin/changed",
      "/bin/sh",
      "/bin/tool",
      "/bin/unsummed",
      "/bin/was-file",
      "/etc",
      "/usr",
    ].concat(["/etc/kept.conf", "/etc/edited.conf", "/etc/new.conf", "/usr/bin/gone"]),
    {
      "bin/ls": "ls",
      "bin/changed": "as shipped",
      "bin/sh": "sh of coreutils",
      "bin/tool": "tool",
      "bin/taken": "of coreutils",
      "bin/was-file": "file",
      "usr/bin/gone": "gone",
    },
  );
  putPackage("dash", ["/bin/dash", "/bin/sh", "/usr", "/usr/bin/taken"], {
    "bin/dash": "dash",
    "bin/sh": "sh of dash",
    "usr/bin/taken": "of dash",
  });
  for (const id of ["libz:amd64", "libz:i386"])
    putPackage(id, ["/usr/lib/shared"], { "usr/lib/shared": "both" });
  put(
    "/var/lib/dpkg/status",
    [
      "Package: coreutils\nStatus: install ok installed\nArchitecture: amd64\nConffiles:",
      ` /etc/kept.conf ${md5("as shipped")}`,
      ` /etc/edited.conf ${md5("as shipped")}`,
      ` /etc/obsolete.conf ${md5("old")} obsolete`,
      " /etc/new.conf newconffile",
      ` /etc/dropped.conf ${md5("still here")} remove-on-upgrade`,
      "Description: with\n Conffiles: not\n /usr/bin/made 0\n",
      "Package: dash\nArchitecture: all\n",
      "Package: libz\nArchitecture: i386\n",
      "Package: libz\nArchitecture: amd64\n\n",
    ].join("\n"),
  );
  put("/var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/tool\n/usr/bin/tool.local\n:\n");
  chmodSync(`${tree}/var/lib/dpkg/status`, 0);
  result = await read(directory, tree);
});

describe("by the image's own database", () => {
  test.each([
    ["/", "shipped", "coreutils:amd64", "several packages: the first"],
    ["/usr/bin/ls", "shipped", "coreutils:amd64", "listed as /bin/ls, where /bin is a symlink"],
    ["/bin", "shipped", "coreutils:amd64", "a symlink itself"],
    ["/usr/bin/changed", "changed", "coreutils:amd64", "other content"],
    ["/usr/bin/was-file", "changed", "coreutils:amd64", "a file became a symlink"],
    ["/usr/bin/made", "generated", "", "in no list"],
    ["/usr/bin/sh", "shipped", "dash:all", "who diverted a path has it"],
    ["/usr/bin/sh.distrib", "shipped", "coreutils:amd64", "and the other's file is moved"],
    [
      "/usr/bin/tool.local",
      "shipped",
      "coreutils:amd64",
      "the administrator's diversion moves a package's file",
    ],
    ["/usr/bin/tool", "generated", "", "and leaves what the administrator put there"],
    ["/usr/bin/taken", "shipped", "dash:all", "the list tells who took a file over, not old checksums"],
    ["/usr/bin/unsummed", "", "coreutils:amd64", "listed without checksum"],
    ["/etc/kept.conf", "shipped", "coreutils:amd64", "a conffile as shipped"],
    ["/etc/edited.conf", "changed", "coreutils:amd64", "an edited conffile"],
    ["/etc/obsolete.conf", "shipped", "coreutils:amd64", "an obsolete conffile, as it was shipped"],
    ["/etc/new.conf", "", "coreutils:amd64", "a conffile that dpkg has not yet installed"],
    ["/etc/dropped.conf", "generated", "", "a conffile that the package takes away"],
    ["/usr/lib/shared", "shipped", "libz:amd64", "one file of two architectures"],
    ["/var/lib/dpkg/status", "generated", "", "dpkg's own files, whatever their mode"],
  ])("%s is '%s', of '%s': %s", (path, relation, name) => {
    expect(related(result, path)).toEqual([relation, name]);
  });

  test("what is not said has a reason, and what is gone has no entry", () => {
    const unsaid = result.entries.filter(({ relation }) => relation === "");
    expect(unsaid.map(({ problem }) => problem)).toEqual(
      Array(2).fill("its package is known, but not the checksum that the package shipped it with"),
    );
    expect(related(result, "/usr/bin/gone")).toEqual([]);
  });
});

test("a database that leads elsewhere is not taken for none: nothing is called generated", async () => {
  const other = join(top, "other");
  mkdirSync(`${other}/var/lib`, { recursive: true });
  symlinkSync(`${tree}/var/lib/dpkg`, `${other}/var/lib/dpkg`);
  writeFileSync(`${other}/file`, "");
  const { entries } = await read(directory, other);
  expect(entries.map(({ path, relation }) => [path, relation])).toContainEqual(["/file", ""]);
  expect(entries.every(({ relation }) => relation === "")).toBe(true);
  expect(entries[0]!.problem).toBe("the image's package database was not read: /var/lib/dpkg is a symlink");
});

test("images made without dpkg have a status of their own for each package", async () => {
  const other = join(top, "distroless");
  mkdirSync(`${other}/var/lib/dpkg/status.d`, { recursive: true });
  writeFileSync(`${other}/var/lib/dpkg/status.d/tz`, "Package: tzdata\nArchitecture: all\n");
  writeFileSync(`${other}/var/lib/dpkg/status.d/tz.md5sums`, `${md5("zone")}  zone\n`);
  writeFileSync(`${other}/zone`, "zone");
  expect(related(await read(directory, other), "/zone")).toEqual(["shipped", "tzdata:all"]);
});

test("a database larger than is read does not make its packages' files generated", async () => {
  const other = join(top, "large");
  mkdirSync(`${other}/var/lib/dpkg`, { recursive: true });
  writeFileSync(`${other}/var/lib/dpkg/status`, Buffer.alloc(65 << 20, "Package: x\n\n"));
  const { entries } = await read(directory, other);
  expect(new Set(entries.map(({ relation, problem }) => `${relation}:${problem}`))).toEqual(
    new Set([":the image's package database is larger than is read: /var/lib/dpkg/status"]),
  );
});
