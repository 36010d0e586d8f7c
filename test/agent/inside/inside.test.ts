import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Inside } from "../../../agent/inside/inside.ts";
import { nothingAsked } from "../../../agent/inside/protocol.ts";

let top: string;
let root: string;
/** A directory that no chroot may be shown. */
let host: string;
let inside: Inside;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-inside-"));
  root = join(top, "chroot");
  host = join(top, "host");
  mkdirSync(host);
  writeFileSync(join(host, "x_dists_y_InRelease"), "Origin: Host\n");
  mkdirSync(join(root, "var/lib/dpkg"), { recursive: true });
  mkdirSync(join(root, "var/lib/apt"), { recursive: true });
  inside = new Inside(() => openSync(root, "r"));
});

afterEach(async () => {
  await inside.close();
  rmSync(top, { recursive: true });
});

function status(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => `Package: p${i}\nStatus: install ok installed\nVersion: 1.${i}\nArchitecture: all\n`,
  ).join("\n");
}

describe("the process inside a chroot", () => {
  it("reads the chroot wherever it has been moved to", async () => {
    writeFileSync(join(root, "var/lib/dpkg/status"), status(1));
    await inside.survey({ ...nothingAsked, status: true });
    renameSync(root, join(top, "chroot.tmp"));
    writeFileSync(join(top, "chroot.tmp/var/lib/dpkg/status"), status(2));
    const { installed } = await inside.survey({ ...nothingAsked, status: true });
    expect(installed?.map((each) => each.name)).toEqual(["p0", "p1"]);
  });

  it("follows no symlink to the host: lists -> /etc shows the chroot's own /etc", async () => {
    symlinkSync("/etc", join(root, "var/lib/apt/lists"));
    mkdirSync(join(root, "etc"));
    writeFileSync(join(root, "etc/x_dists_y_InRelease"), "Origin: Inside\n");
    const { releases, losses } = await inside.survey({ ...nothingAsked, lists: true });
    expect(releases.map((each) => each.origin)).toEqual(["Inside"]);
    expect(losses).toEqual([]);
  });

  it("reads nothing of the host through an absolute symlink", async () => {
    symlinkSync("/var/lib/dpkg/status", join(root, "var/lib/dpkg/host"));
    symlinkSync("../../../../../../../../var/lib/dpkg/host", join(root, "var/lib/dpkg/status"));
    const { installed } = await inside.survey({ ...nothingAsked, status: true });
    expect(installed).toBeUndefined();
    expect(readFileSync("/var/lib/dpkg/status", "latin1")).toContain("Package:");
  });

  it("does not open a fifo or a device in a file's place, and says so", async () => {
    execaSync("mkfifo", [join(root, "var/lib/dpkg/status")]);
    const { installed, losses } = await inside.survey({ ...nothingAsked, status: true });
    expect(installed).toBeUndefined();
    expect(losses).toEqual(["/var/lib/dpkg/status: not a regular file"]);
  });

  it("takes a status file of 50 MB up to a bound that it names, and refuses a larger one by its size", async () => {
    writeFileSync(join(root, "var/lib/dpkg/status"), status(700_000));
    const { installed, losses } = await inside.survey({ ...nothingAsked, status: true });
    expect(installed).toHaveLength(70_000);
    expect(losses).toEqual(["700000 packages at once; 70000 are told of"]);
    execaSync("truncate", ["-s", "200G", join(root, "var/lib/dpkg/status")]);
    const refused = await inside.survey({ ...nothingAsked, status: true });
    expect(refused.installed).toBeUndefined();
    expect(refused.losses[0]).toMatch(/status: \d+ bytes; at most \d+ are read/);
  });

  it("does not leave the chroot by the magic links of /proc, neither to a file nor to a directory", async () => {
    mkdirSync(join(root, "proc"));
    await execa("mount", ["-t", "proc", "proc", join(root, "proc")]);
    try {
      // The runner's own root is the host's.
      symlinkSync(`/proc/${process.pid}/root/var/lib/dpkg/status`, join(root, "var/lib/dpkg/status"));
      symlinkSync(`/proc/${process.pid}/root${host}`, join(root, "var/lib/apt/lists"));
      const { installed, releases, losses } = await inside.survey({
        ...nothingAsked,
        status: true,
        lists: true,
      });
      expect({ installed, releases }).toEqual({ installed: undefined, releases: [] });
      expect(losses.sort()).toEqual(["/var/lib/apt/lists: ELOOP", "/var/lib/dpkg/status: ELOOP"]);
    } finally {
      await inside.close();
      await execa("umount", [join(root, "proc")]);
    }
  });

  it("does not open a device behind a symlink", async () => {
    execaSync("mkfifo", [join(root, "fifo")]);
    symlinkSync("/fifo", join(root, "var/lib/dpkg/status"));
    const { losses } = await inside.survey({ ...nothingAsked, status: true });
    expect(losses).toEqual(["/var/lib/dpkg/status: not a regular file"]);
  });

  it("leaves nothing in the chroot, whatever its environment asks Node to write, and no access time", async () => {
    writeFileSync(join(root, "var/lib/dpkg/status"), status(1));
    utimesSync(join(root, "var/lib/dpkg/status"), 1, 2);
    // A directory of the host's that the chroot has, too.
    const cache = join(host, "cache");
    mkdirSync(join(root, cache), { recursive: true });
    const before = readdirSync(root, { recursive: true });
    vi.stubEnv("NODE_V8_COVERAGE", "/coverage");
    vi.stubEnv("NODE_OPTIONS", "--cpu-prof");
    vi.stubEnv("NODE_COMPILE_CACHE", cache);
    await inside.survey({ ...nothingAsked, status: true });
    await inside.close();
    vi.unstubAllEnvs();
    expect(readdirSync(root, { recursive: true })).toEqual(before);
    expect(readdirSync(cache, { recursive: true }).length).toBeGreaterThan(1);
    expect(statSync(join(root, "var/lib/dpkg/status")).atimeMs).toBe(1000);
  });

  it("reads the signature of a Release from beside it, of an InRelease from within, and tells when it is there", async () => {
    const lists = join(root, "var/lib/apt/lists");
    mkdirSync(lists);
    const armour = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
    const inline = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nOrigin: In\n${armour}`;
    writeFileSync(join(lists, "a_dists_x_InRelease"), inline);
    writeFileSync(join(lists, "b_dists_x_Release"), "Origin: Beside\n");
    const told = async () => {
      const { releases, losses } = await inside.survey({ ...nothingAsked, lists: true });
      const signed = releases.map((each) => [each.origin, Buffer.from(each.signature).toString("latin1")]);
      return { signed, losses };
    };
    expect(await told()).toEqual({
      signed: [
        ["In", armour],
        ["Beside", ""],
      ],
      losses: [],
    });
    writeFileSync(join(lists, "b_dists_x_Release.gpg"), Buffer.from("\x89\xff", "latin1"));
    expect(await told()).toEqual({ signed: [["Beside", "\x89\xff"]], losses: [] });
    expect(await told()).toEqual({ signed: [], losses: [] });
  });

  it("reads names that are not UTF-8", async () => {
    const name = Buffer.concat([Buffer.from(join(root, "x\xffy_1.dsc"), "latin1")]);
    writeFileSync(name, "Source: x\nVersion: 3:1\n");
    const { fetched } = await inside.survey({ ...nothingAsked, dscs: ["/x\xffy_1.dsc"] });
    expect(fetched[0]).toMatchObject({ name: "x", version: "3:1" });
  });

  it("fails with a reason when the chroot is gone, and does not hang", async () => {
    rmSync(root, { recursive: true });
    const gone = new Inside(() => openSync(root, "r"));
    await expect((async () => gone.survey(nothingAsked))()).rejects.toThrow("ENOENT");
  });
});
