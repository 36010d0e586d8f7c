import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { SnapshotError } from "../error.ts";
import { keyFile, settingsFile, type TreeSettings } from "./settings.ts";

/** What we write for live-build; `chroot` at the end: for the build, not for the image. */
const keyForBuild = "config/archives/isotrace-snapshots.key.chroot";
const hook = "config/hooks/normal/9999-isotrace-snapshots.hook.chroot";

// chroot_archives takes lists, but not keys, away again when the chroot is done: the image would go on trusting ours.
const forgetsKey = `#!/bin/sh
# By Isotrace: the image does not trust the snapshots that it was built from.
rm -f /etc/apt/trusted.gpg.d/isotrace-snapshots.key.chroot.gpg
`;

/**
 * Points a tree's live-build at archives: what it bootstraps and installs from, not what the image will use (lb_config(1),
 * --mirror-bootstrap, --mirror-chroot, --mirror-chroot-security). First `lb config` as the tree has it, then ours over it.
 *
 * @param archives URLs by the archive's name.
 * @param env the build's environment.
 * @throws SnapshotError
 */
export async function pointLiveBuild(
  tree: string,
  { mirror, security }: Pick<TreeSettings, "mirror" | "security">,
  archives: ReadonlyMap<string, string>,
  env: Record<string, string>,
): Promise<void> {
  const main = archives.get(mirror);
  if (main === undefined) {
    const rule = `must name the archive that live-build's mirror is (${[...archives.keys()].join(", ")})`;
    throw new SnapshotError({
      subject: `${settingsFile}, mirror`,
      rule,
      value: mirror,
      remedy: "write: mirror: NAME",
    });
  }
  const key = resolve(tree, keyFile);
  if (!existsSync(key)) {
    const rule = "must be the key that the snapshots are signed with";
    throw new SnapshotError({
      subject: key,
      rule,
      remedy: 'run "isotrace snapshot freeze", or copy the server\'s /archive-key.gpg',
    });
  }
  mkdirSync(join(tree, "config/archives"), { recursive: true });
  mkdirSync(join(tree, "config/hooks/normal"), { recursive: true });
  copyFileSync(key, join(tree, keyForBuild));
  writeFileSync(join(tree, hook), forgetsKey);
  chmodSync(join(tree, hook), 0o755);
  await lbConfig(tree, [], env);
  const updates = archives.get(security);
  await lbConfig(
    tree,
    [
      "noauto",
      ...[
        "--mirror-bootstrap",
        "--mirror-chroot",
        "--parent-mirror-bootstrap",
        "--parent-mirror-chroot",
      ].flatMap((option) => [option, main]),
      ...(updates === undefined
        ? []
        : ["--mirror-chroot-security", updates, "--parent-mirror-chroot-security", updates]),
      "--debootstrap-options",
      `${debootstrapOptions(tree)} --keyring=${key}`.trim(),
    ],
    env,
  );
}

/** Those that the tree has, without ours of an earlier build. */
function debootstrapOptions(tree: string): string {
  const text = readFileSync(join(tree, "config/common"), "latin1");
  const options = /^(?:LB_)?DEBOOTSTRAP_OPTIONS="([^"\n]*)"/m.exec(text)?.[1] ?? "";
  return options.replace(/(?:^|\s)--keyring=\S*isotrace-snapshots\.gpg/g, "").trim();
}

async function lbConfig(tree: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  const { exitCode, all, code } = await execa("lb", ["config", ...args], {
    cwd: tree,
    env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  if (exitCode === 0) return;
  const said = all?.trim().split("\n").at(-1) ?? code ?? "";
  throw new SnapshotError({
    subject: `lb config in ${tree}`,
    rule: `must succeed (status ${exitCode}: ${said})`,
    remedy: code === "ENOENT" ? 'run "apt-get install live-build"' : "run it by hand to see why",
  });
}
