import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationProbe } from "../../../../agent/probe/configuration/probe.ts";
import { DirectoryTree } from "../../../../agent/probe/file/tree.ts";
import { type ConfigurationEvent, operation } from "../../../../proto/events.ts";

let top: string;
let build: string;
let told: ConfigurationEvent[];
let losses: string[];
let probe: ConfigurationProbe;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-configuration-"));
  build = join(top, "build");
  mkdirSync(build);
  told = [];
  losses = [];
  probe = new ConfigurationProbe({
    emit: (event) => told.push(event as ConfigurationEvent),
    loss: (what, detail) => losses.push(`${what}: ${detail}`),
    open: () => openSync(build, "r"),
    now: () => 7,
  });
});

afterEach(() => {
  probe.close();
  rmSync(top, { recursive: true });
});

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(build, path)), { recursive: true });
  writeFileSync(join(build, path), content);
}

/** What was told since the last time: "path: content", and marks. */
function news(): string[] {
  return told
    .splice(0)
    .map(({ path, content, removed, cut }) =>
      [
        `${Buffer.from(path).toString("latin1")}: ${Buffer.from(content).toString("latin1")}`,
        removed ? " removed" : "",
        cut ? " cut" : "",
      ].join(""),
    );
}

describe("the configuration of a build directory", () => {
  it("is what decides on packages and archives, with credentials left out, and nothing else", () => {
    write("config/common", 'LB_APT_HTTP_PROXY="http://me:secret@proxy:3128/"\n');
    write("config/package-lists/a\xff.list.chroot", "zip\n");
    write("config/package-lists/.hidden.list", "no\n");
    write("config/archives/x.list.chroot", "deb https://u:p@host/ sid main\n");
    write("config/archives/x.auth.chroot", "machine host login u password p\n");
    write("config/archives/local.deb", "!<arch>\n");
    write("config/APT_snapshots.d/debian/serial", "2024010101\n");
    write("config/build-manifest-extra-packages.yml", "packages: {}\n");
    write("config/includes.chroot/etc/passwd", "no\n");
    write("config/hooks/normal/1.hook.chroot", "no\n");
    write("config/preseed/p.cfg", "no\n");
    probe.look();
    expect(losses).toEqual([]);
    expect(told.every(({ kind, root, time }) => kind === "configuration" && root === 1 && time === 7)).toBe(
      true,
    );
    expect(news().sort()).toEqual([
      "/config/APT_snapshots.d/debian/serial: 2024010101\n",
      "/config/archives/x.list.chroot: deb https://host/ sid main\n",
      "/config/build-manifest-extra-packages.yml: packages: {}\n",
      '/config/common: LB_APT_HTTP_PROXY="http://proxy:3128/"\n',
      "/config/package-lists/a\xc3\xbf.list.chroot: zip\n",
    ]);
  });

  it("is told once, again when it changes, and when it goes", () => {
    write("config/package-lists/a.list", "a\n");
    write("config/package-lists/b.list", "b\n");
    probe.look();
    expect(news()).toHaveLength(2);
    probe.look();
    expect(news()).toEqual([]);
    write("config/package-lists/a.list", "a2\n");
    rmSync(join(build, "config/package-lists/b.list"));
    probe.look();
    expect(news()).toEqual(["/config/package-lists/b.list:  removed", "/config/package-lists/a.list: a2\n"]);
    renameSync(join(build, "config"), join(build, "away"));
    probe.look();
    expect(news()).toEqual(["/config/package-lists/a.list:  removed"]);
    expect(losses).toEqual([]);
  });

  it("is read at the end if something was written since the last look, and else not", () => {
    const tree = new DirectoryTree("top");
    const config = tree.add("config", tree.root, "config").node;
    const lists = tree.add("lists", config, "package-lists").node;
    const hooks = tree.add("hooks", config, "hooks").node;
    write("config/package-lists/a.list", "a\n");
    probe.settle();
    probe.notice(hooks, "x", operation.write);
    probe.notice(lists, "a.list", operation.attributes);
    probe.settle();
    expect(news()).toEqual([]);
    probe.notice(lists, "a.list", operation.create | operation.write);
    probe.settle();
    expect(news()).toEqual(["/config/package-lists/a.list: a\n"]);
  });
});

describe("a hostile build directory", () => {
  it("shows nothing of the host by symlinks to files and directories, in place of any part, and marks that", () => {
    const secret = join(top, "secret");
    mkdirSync(secret);
    writeFileSync(join(secret, "a.list"), "secret");
    mkdirSync(join(build, "config"));
    symlinkSync(join(secret, "a.list"), join(build, "config/common"));
    symlinkSync("../../secret/a.list", join(build, "config/chroot"));
    symlinkSync("../../secret", join(build, "config/package-lists"));
    symlinkSync(`/proc/self/root${secret}`, join(build, "config/archives"));
    probe.look();
    expect(news().sort()).toEqual([
      "/config/archives:  cut",
      "/config/chroot:  cut",
      "/config/common:  cut",
      "/config/package-lists:  cut",
    ]);
    expect(losses).toEqual([]);
  });

  it("may share files within itself by symlinks, and loops are lost and counted", () => {
    write("lists/a.list", "a\n");
    mkdirSync(join(build, "config/APT_snapshots.d"), { recursive: true });
    symlinkSync("../lists", join(build, "config/package-lists"));
    symlinkSync("common", join(build, "config/common"));
    probe.look();
    expect(news()).toEqual(["/config/package-lists/a.list: a\n"]);
    expect(losses).toEqual(["configuration: /config/common: ELOOP"]);
  });

  it("with a list of 100 MB has its first 256 KB read, to the end of a line", () => {
    write("config/package-lists/big.list", "");
    execaSync("sh", [
      "-c",
      `yes http://user:pass@host/ | head -c 100000000 > ${build}/config/package-lists/big.list`,
    ]);
    probe.look();
    const [event] = told;
    expect(event!.cut).toBe(true);
    const text = Buffer.from(event!.content).toString();
    expect(text).toBe("http://host/\n".repeat(text.length / 13));
    expect(event!.content.length).toBeGreaterThan(100_000);
    expect(event!.content.length).toBeLessThanOrEqual(256 << 10);
  });

  it("with 600 files, or 40 MB of them, is told of in part, with the bound named or marked", () => {
    for (let i = 100; i < 600; i++)
      write(`config/package-lists/${i}.list`, `${"x".repeat(99)}\n`.repeat(1000));
    probe.look();
    expect(told).toHaveLength(500);
    const bytes = told.reduce((sum, { content }) => sum + content.length, 0);
    expect(bytes).toBeLessThanOrEqual(8 << 20);
    expect(told.filter(({ content, cut }) => content.length < 100_000 && !cut)).toEqual([]);
    expect(losses).toEqual([]);
    told.length = 0;
    for (let i = 600; i < 700; i++) write(`config/package-lists/${i}.list`, "y");
    rmSync(join(build, "config/package-lists/100.list"));
    probe.look();
    expect(losses).toEqual([
      "configuration: more than 500 configuration files; /config/package-lists/601.list and others are not read",
    ]);
    // Of those that the bound leaves out nothing can be said: not that they are gone either.
    expect(told.filter(({ removed }) => removed)).toEqual([]);
  });

  it("with a fifo in a file's place does not hold up the recording", () => {
    mkdirSync(join(build, "config/package-lists"), { recursive: true });
    execaSync("mkfifo", [join(build, "config/common"), join(build, "config/package-lists/x.list")]);
    symlinkSync("/dev/zero", join(build, "config/package-lists/y.list"));
    probe.look();
    expect({ told: news(), losses }).toEqual({ told: ["/config/package-lists/y.list:  cut"], losses: [] });
  });

  it("that rewrites a file over and over is told of without content when the recording holds enough of it", () => {
    for (let i = 0; i < 80; i++) {
      write("config/common", `${i} ${"x".repeat(250_000)}\n`);
      probe.look();
    }
    expect(told).toHaveLength(80);
    const bytes = told.reduce((sum, { content }) => sum + content.length, 0);
    expect(bytes).toBeLessThanOrEqual(16 << 20);
    expect(told.at(-1)).toMatchObject({ cut: true, content: new Uint8Array() });
    expect(readFileSync(join(build, "config/common"), "utf8")).toMatch(/^79 /);
  });
});
