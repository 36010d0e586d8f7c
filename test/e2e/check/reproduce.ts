import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { buildEnvironment, freshBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { isotrace, workspace } from "../lib/paths.ts";

// npm run check:reproduce
//
// `isotrace reproduce` on the minimal example: as it is, it must be told to be reproducible; with three sources planted in
// hooks (a host name, an order that the locale decides, a random UUID), each must be found with the variation that causes
// it, and nothing else.

const home = join(workspace, "reproduce");
const varied = "hostname,cpus,umask,timezone,locale,user,home";

/** Hooks, and the cause that has to be found for what they write. */
const planted = [
  {
    hook: "9990-host.hook.chroot",
    script: "uname -n >/etc/built-on",
    path: "/etc/built-on",
    cause: "hostname",
  },
  {
    hook: "9991-uuid.hook.chroot",
    script: "cat /proc/sys/kernel/random/uuid >/etc/installation-id",
    path: "/etc/installation-id",
    cause: "none",
  },
  {
    hook: "9992-order.hook.binary",
    // The example's own setting is for live-build: here somebody sorts for readers of the builder's language.
    script: "printf 'B\\na\\nA\\nb\\n' | LC_ALL=$LANG sort >order.txt",
    path: "/binary/order.txt",
    cause: "locale",
  },
];

interface Verdict {
  builds: number;
  differences: { path: string; aspect: string; source: string; cause: { kind: string; name?: string } }[];
}

async function main(): Promise<number> {
  const { stdout } = await execa("locale", ["--all-locales"]);
  if (!/^[a-z]{2}_.*utf-?8$/im.test(stdout))
    throw new Error(
      'no locale that sorts by words is installed: run "localedef -i de_DE -f UTF-8 de_DE.UTF-8"',
    );
  const mirror = await findMirror();
  const plain = await verdict("plain", mirror, false);
  print(`as it is: ${plain.builds} builds, ${plain.differences.length} differences`);
  for (const { path, aspect, source, cause } of plain.differences)
    print(`  ${path} (${aspect}): ${cause.name ?? cause.kind}, ${source}`);
  const found = await verdict("planted", mirror, true);
  print(`with three sources planted: ${found.builds} builds, ${found.differences.length} differences`);
  for (const { path, aspect, source, cause } of found.differences)
    print(`  ${path} (${aspect}): ${cause.name ?? cause.kind}, ${source}`);
  const missed = planted.filter(
    ({ path, cause }) =>
      !found.differences.some((each) => each.path === path && (each.cause.name ?? each.cause.kind) === cause),
  );
  for (const { path, cause } of missed) print(`MISSED: ${path}: ${cause}`);
  const others = found.differences.filter(({ path }) => !planted.some((each) => each.path === path));
  for (const { path } of others) print(`NOT PLANTED: ${path}`);
  return plain.differences.length + missed.length + others.length === 0 ? 0 : 1;
}

async function verdict(name: string, mirror: string, isPlanted: boolean): Promise<Verdict> {
  const directory = join(home, name);
  await freshBuild("minimal", directory);
  rmSync(join(home, `${name}.work`), { recursive: true, force: true });
  if (isPlanted) for (const each of planted) plant(directory, each);
  const options = ["--vary", varied, "--out", join(home, `${name}.work`), "--format", "json"];
  const { exitCode, stdout, stderr } = await execa(isotrace, ["reproduce", ...options, "--", "lb", "build"], {
    cwd: directory,
    env: buildEnvironment(mirror),
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout) as Verdict;
}

function plant(directory: string, { hook, script }: { hook: string; script: string }): void {
  const hooks = join(directory, "config/hooks/normal");
  mkdirSync(hooks, { recursive: true });
  writeFileSync(join(hooks, hook), `#!/bin/sh\nset -e\n${script}\n`);
  chmodSync(join(hooks, hook), 0o755);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
