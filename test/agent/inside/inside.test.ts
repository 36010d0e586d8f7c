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
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Inside } from "../../../agent/inside/inside.ts";

const nothing = { deburis: false, lists: false, log: undefined, status: false, downloads: [], dscs: [] };

let top: string;
let root: string;
let inside: Inside;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-inside-"));
  root = join(top, "chroot");
  mkdirSync(join(root, "var/lib/dpkg"), { recursive: true });
  mkdirSync(join(root, "var/lib/apt"), { recursive: true });
  inside = new Inside(() => openSync(root, "r"));
});

afterEach(() => {
  inside.close();
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
    await inside.survey({ ...nothing, status: true });
    renameSync(root, join(top, "chroot.tmp"));
    writeFileSync(join(top, "chroot.tmp/var/lib/dpkg/status"), status(2));
    const { installed } = await inside.survey({ ...nothing, status: true });
    expect(installed?.map((each) => each.name)).toEqual(["p0", "p1"]);
  });

  it("follows no symlink to the host: lists -> /etc shows the chroot's own /etc", async () => {
    symlinkSync("/etc", join(root, "var/lib/apt/lists"));
    mkdirSync(join(root, "etc"));
    writeFileSync(join(root, "etc/x_dists_y_InRelease"), "Origin: Inside\n");
    const { releases, losses } = await inside.survey({ ...nothing, lists: true });
    expect(releases.map((each) => each.origin)).toEqual(["Inside"]);
    expect(losses).toEqual([]);
  });

  it("reads nothing of the host through an absolute symlink", async () => {
    symlinkSync("/var/lib/dpkg/status", join(root, "var/lib/dpkg/host"));
    symlinkSync("../../../../../../../../var/lib/dpkg/host", join(root, "var/lib/dpkg/status"));
    const { installed } = await inside.survey({ ...nothing, status: true });
    expect(installed).toBeUndefined();
    expect(readFileSync("/var/lib/dpkg/status", "latin1")).toContain("Package:");
  });

  it("does not open a fifo or a device in a file's place, and says so", async () => {
    execaSync("mkfifo", [join(root, "var/lib/dpkg/status")]);
    const { installed, losses } = await inside.survey({ ...nothing, status: true });
    expect(installed).toBeUndefined();
    expect(losses).toEqual(["/var/lib/dpkg/status: not a regular file"]);
  });

  it("takes a status file of 50 MB up to a bound that it names, and refuses a larger one by its size", async () => {
    writeFileSync(join(root, "var/lib/dpkg/status"), status(700_000));
    const { installed, losses } = await inside.survey({ ...nothing, status: true });
    expect(installed).toHaveLength(70_000);
    expect(losses).toEqual(["700000 packages at once; 70000 are told of"]);
    execaSync("truncate", ["-s", "200G", join(root, "var/lib/dpkg/status")]);
    const refused = await inside.survey({ ...nothing, status: true });
    expect(refused.installed).toBeUndefined();
    expect(refused.losses[0]).toMatch(/status: \d+ bytes; at most \d+ are read/);
  });

  it("fails with a reason when the chroot is gone, and does not hang", async () => {
    rmSync(root, { recursive: true });
    const gone = new Inside(() => openSync(root, "r"));
    await expect((async () => gone.survey(nothing))()).rejects.toThrow("ENOENT");
  });
});
