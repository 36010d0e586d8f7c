import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { unmountBelow } from "./mounts.ts";

/**
 * overlayfs-contained: of the file system below it only a single file is mounted, as in a container; overlayfs-hidden:
 * nothing is.
 */
export const volumeKinds = [
  "ext4",
  "xfs",
  "btrfs",
  "btrfs-subvolume",
  "tmpfs",
  "overlayfs",
  "overlayfs-contained",
  "overlayfs-hidden",
] as const;
export type VolumeKind = (typeof volumeKinds)[number];

const imageSize = 4 * 2 ** 30; // sparse

/** A file system of a kind, mounted below a directory; `[Symbol.asyncDispose]` unmounts it and removes everything. */
export class Volume {
  readonly #home: string;
  /** A directory of the file system: its top, or that of the subvolume. */
  readonly directory: string;

  private constructor(home: string, directory: string) {
    this.#home = home;
    this.directory = directory;
  }

  /** @param home a directory that does not exist yet, or was left by an earlier run. */
  static async make(kind: VolumeKind, home: string): Promise<Volume> {
    await clear(home);
    const point = join(home, "mounted");
    mkdirSync(point, { recursive: true });
    const directory = await mount(kind, home, point);
    return new Volume(home, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await clear(this.#home);
  }
}

async function clear(home: string): Promise<void> {
  await unmountBelow(home);
  rmSync(home, { recursive: true, force: true });
}

/** @returns the directory to use. */
async function mount(kind: VolumeKind, home: string, point: string): Promise<string> {
  switch (kind) {
    case "ext4":
    case "xfs":
    case "btrfs":
      await mountImage(kind, home, point);
      return point;
    case "btrfs-subvolume":
      await mountImage("btrfs", home, point);
      await execa("btrfs", ["subvolume", "create", join(point, "subvolume")]);
      return join(point, "subvolume");
    case "tmpfs":
      await execa("mount", ["-t", "tmpfs", "isotrace-check", point]);
      return point;
    case "overlayfs":
      await mountOverlay(home, point);
      return point;
    case "overlayfs-contained":
    case "overlayfs-hidden": {
      const below = join(home, "below");
      mkdirSync(below);
      await execa("mount", ["-t", "tmpfs", "isotrace-check", below]);
      await mountOverlay(below, point);
      if (kind === "overlayfs-contained") {
        for (const file of [join(below, "hosts"), join(home, "hosts")]) writeFileSync(file, "");
        await execa("mount", ["--bind", join(below, "hosts"), join(home, "hosts")]);
      }
      await execa("umount", ["--lazy", below]);
      return point;
    }
    default:
      return kind satisfies never;
  }
}

/** @param layers where the layers are made. */
async function mountOverlay(layers: string, point: string): Promise<void> {
  const [lower, upper, work] = ["lower", "upper", "work"].map((name) => join(layers, name));
  for (const each of [lower!, upper!, work!]) mkdirSync(each);
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  await execa("mount", ["-t", "overlay", "isotrace-check", "-o", options, point]);
}

async function mountImage(type: "ext4" | "xfs" | "btrfs", home: string, point: string): Promise<void> {
  const image = join(home, "image");
  writeFileSync(image, "");
  truncateSync(image, imageSize);
  // ext4 would go on initialising itself in the background, and take from what is measured.
  const options = type === "ext4" ? ["-q", "-E", "lazy_itable_init=0,lazy_journal_init=0"] : ["-f"];
  await execa(`mkfs.${type}`, [...options, image]);
  await execa("mount", ["-o", "loop", image, point]);
}
