import { type DirectoryNode, pathOf } from "../file/tree.ts";
import type { ConfigurationLook } from "./look.ts";

/** Files of live-build, Tails and Isotrace that decide what a build makes. */
const files = [
  "/config/binary",
  "/config/bootstrap",
  "/config/build-manifest-extra-packages.yml",
  "/config/chroot",
  "/config/common",
  "/config/isotrace-origins.yml",
  "/config/source",
];
/** Directories of them. Of archives not `*.auth`, which has passwords (lb_config(1)), nor packages. */
const directories = [
  { path: "/config/archives", names: /\.(?:list|sources|pref|conf|key|asc|gpg)(?:\.(?:chroot|binary))?$/ },
  { path: "/config/package-lists", names: /^[^.]/ },
];
/** Tails' serials: as they are frozen, and as it resolves them for a build. */
const serials = ["/config/APT_snapshots.d", "/tmp/APT_snapshots.d"];

/** Where those files are. */
const watched =
  /^\/(?:config(?:\/(?:archives|package-lists|APT_snapshots\.d(?:\/[^/]+)?))?|tmp\/APT_snapshots\.d(?:\/[^/]+)?)$/;
const deepest = 3;

/** Looks at the configuration of a build, in the build directory. */
export function lookAtBuild(look: ConfigurationLook): void {
  for (const file of files) look.read(file);
  for (const { path, names } of directories) {
    for (const name of look.names(path)) if (names.test(name)) look.read(`${path}/${name}`);
  }
  for (const path of serials) {
    for (const archive of look.names(path)) look.read(`${path}/${archive}/serial`);
  }
}

/** Whether something that is written, made, moved or removed there can be such a file. */
export function isOfConfiguration(directory: DirectoryNode, name: string): boolean {
  if (directory.parent === undefined) return name === "config" || name === "tmp";
  let top = directory;
  // Most files are left here, at the cost of a few comparisons.
  for (let depth = 1; top.parent?.parent !== undefined; top = top.parent) if (++depth > deepest) return false;
  if (top.name !== "config" && top.name !== "tmp") return false;
  const path = pathOf(directory);
  return path === "tmp" ? name === "APT_snapshots.d" : path !== undefined && watched.test(`/${path}`);
}
