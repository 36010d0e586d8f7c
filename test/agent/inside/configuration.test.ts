import { mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Inside } from "../../../agent/inside/inside.ts";
import { nothingAsked } from "../../../agent/inside/protocol.ts";
import type { ConfigurationChanges } from "../../../agent/probe/configuration/look.ts";

let top: string;
let apt: string;
let inside: Inside;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-apt-"));
  apt = join(top, "chroot/etc/apt");
  mkdirSync(apt, { recursive: true });
  inside = new Inside(() => openSync(join(top, "chroot"), "r"));
});

afterEach(async () => {
  await inside.close();
  rmSync(top, { recursive: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(apt, path)), { recursive: true });
  writeFileSync(join(apt, path), content);
}

async function look(known: ReadonlyMap<string, string> = new Map()): Promise<ConfigurationChanges> {
  const { configuration } = await inside.survey({ ...nothingAsked, configuration: known });
  return configuration!;
}

function texts({ changed }: ConfigurationChanges): Record<string, string> {
  return Object.fromEntries(
    changed.map(({ path, content }) => [
      path.replace("/etc/apt/", ""),
      Buffer.from(content).toString("latin1"),
    ]),
  );
}

describe("apt's configuration in a system", () => {
  it("is what apt reads of preferences and sources, and of apt.conf what changes its choice", async () => {
    write("preferences", "Package: *\n");
    for (const name of ["a", "10-b_c", "d.pref", "e.f.pref"]) write(`preferences.d/${name}`, name);
    for (const name of ["a.bak", "b.pref~", ".hidden", "c d", "e.pref.dpkg-old"])
      write(`preferences.d/${name}`, name);
    write("apt.conf", 'APT { Default-Release "sid"; };\n');
    write("apt.conf.d/00recommends", 'APT::Install-Recommends "false";\n');
    write("apt.conf.d/01proxy", 'Acquire::http::Proxy "http://u:p@proxy/";\n');
    write(
      "apt.conf.d/02both.conf",
      'Acquire::http::Proxy "http://u:p@proxy/";\nAPT::Install-Suggests "true";\n',
    );
    write("apt.conf.d/03.off", 'APT::Install-Recommends "true";\n');
    write("sources.list", "deb http://u:p@host/debian sid main\n");
    write("sources.list.d/x.sources", "Types: deb\nURIs: https://u:p@host/x\nSuites: sid\n");
    write("sources.list.d/x.list.save", "deb http://host/no sid main\n");
    write("auth.conf", "machine host login u password p\n");
    write("auth.conf.d/x.conf", "machine host login u password p\n");
    const changes = await look();
    expect(changes.losses).toEqual([]);
    expect(texts(changes)).toEqual({
      preferences: "Package: *\n",
      "preferences.d/10-b_c": "10-b_c",
      "preferences.d/a": "a",
      "preferences.d/d.pref": "d.pref",
      "preferences.d/e.f.pref": "e.f.pref",
      "apt.conf": 'APT { Default-Release "sid"; };\n',
      "apt.conf.d/00recommends": 'APT::Install-Recommends "false";\n',
      "apt.conf.d/02both.conf": 'Acquire::http::Proxy "http://proxy/";\nAPT::Install-Suggests "true";\n',
      "sources.list": "deb http://host/debian sid main\n",
      "sources.list.d/x.sources": "Types: deb\nURIs: https://host/x\nSuites: sid\n",
    });
  });

  it("is told by what changed since it was told, and by what has gone", async () => {
    write("preferences", "a\n");
    write("sources.list", "b\n");
    write("apt.conf", "Default-Release\n");
    const known = new Map((await look()).changed.map(({ path, digest }) => [path, digest]));
    expect(await look(known)).toEqual({ changed: [], removed: [], losses: [] });
    rmSync(join(apt, "preferences"));
    write("apt.conf", "nothing of that any more\n");
    const changes = await look(known);
    expect(texts(changes)).toEqual({ "apt.conf": "nothing of that any more\n" });
    expect(changes.removed).toEqual(["/etc/apt/preferences"]);
  });

  it("passes over what is masked, as apt does, and follows links within the system", async () => {
    symlinkSync("/dev/null", join(apt, "preferences"));
    mkdirSync(join(top, "chroot/dev"));
    execaSync("mknod", [join(top, "chroot/dev/null"), "c", "1", "3"]);
    mkdirSync(join(top, "chroot/usr/share"), { recursive: true });
    writeFileSync(join(top, "chroot/usr/share/list"), "deb file:/a ./\n");
    symlinkSync("/usr/share/list", join(apt, "sources.list"));
    const changes = await look();
    expect(texts(changes)).toEqual({ "sources.list": "deb file:/a ./\n" });
    expect(changes.losses).toEqual([]);
  });
});

describe("hostile configuration of apt", () => {
  it("shows nothing of the host, nor passwords by a link to where apt keeps them", async () => {
    writeFileSync(join(top, "secret.list"), "deb http://secret/ ./\n");
    mkdirSync(join(apt, "sources.list.d"));
    symlinkSync(join(top, "secret.list"), join(apt, "sources.list"));
    symlinkSync("../../../../../secret.list", join(apt, "sources.list.d/a.list"));
    write("auth.conf", "machine host login someone password hunter2\n");
    symlinkSync("auth.conf", join(apt, "preferences"));
    const changes = await look();
    expect(texts(changes)).toEqual({ preferences: "machine host login password\n" });
    expect(changes.losses).toEqual([]);
  });

  it("of 100 MB is read to a bound and marked, loops are counted", async () => {
    execaSync("sh", ["-c", `yes 'Package: x' | head -c 100000000 > ${apt}/preferences`]);
    symlinkSync("preferences.d", join(apt, "preferences.d"));
    const { changed, losses } = await look();
    expect(changed.map(({ content, cut }) => ({ length: content.length, cut }))).toEqual([
      { length: Math.floor((256 << 10) / 11) * 11, cut: true },
    ]);
    expect(losses).toEqual(["/etc/apt/preferences.d: ELOOP"]);
  });
});
