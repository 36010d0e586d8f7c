import type { Command } from "../../model/process.ts";
import { argumentsOf, basename, programOf } from "../../story/names.ts";

/** Programs that are there to bring something from elsewhere, by the name that they are called by. */
const tools: ReadonlySet<string> = new Set([
  ...[
    "curl",
    "wget",
    "wget2",
    "aria2c",
    "axel",
    "ftp",
    "lftp",
    "lftpget",
    "ncftpget",
    "tftp",
    "http",
    "https",
  ],
  ...["rsync", "scp", "sftp", "ssh", "rclone", "zsync", "jigdo-lite", "jigit"],
  ...["git", "svn", "hg", "bzr", "brz", "cvs", "fossil", "repo"],
  ...["pip", "pipx", "easy_install", "uv", "poetry", "pdm", "conda", "mamba"],
  ...["npm", "npx", "yarn", "pnpm", "corepack", "bower", "bun", "deno"],
  ...["gem", "bundle", "bundler", "go", "cargo", "rustup", "composer", "cpan", "cpanm", "luarocks", "opam"],
  ...["mvn", "gradle", "sbt", "lein", "nuget", "dotnet", "cabal", "stack", "mix", "rebar3"],
  ...["docker", "podman", "skopeo", "buildah", "flatpak", "snap", "ostree", "nix", "guix", "ansible-galaxy"],
  ...["apt-helper", "apt-key", "gpg", "gpg2", "dirmngr", "sq"],
  ...["vcs", "yt-dlp", "youtube-dl", "update-pciids", "update-usbids", "freshclam", "sa-update"],
]);

const interpreters = /^(python|node|nodejs|ruby|perl|php|sh|dash|bash|busybox|env)[\d.]*$/;

/** First arguments of such programs that run something else of the project's: what that does is its own. */
const runsOther: ReadonlySet<string> = new Set(
  "run run-script exec start test bench bisect generate x dlx shell develop tool".split(" "),
);

/**
 * The tool that a command runs, as one names it: `curl`, `pip` for `pip3.11` and for `python3 -m pip`, `npm` for
 * `node /usr/bin/npm`. Undefined if it is none that brings things from elsewhere.
 */
export function toolOf(command: Command): string | undefined {
  const program = programOf(command);
  const name = plainName(program);
  if (tools.has(name)) return name;
  if (!interpreters.test(program)) return undefined;
  const script = scriptOf(argumentsOf(command));
  return script !== undefined && tools.has(script) ? script : undefined;
}

/** Whether what a tool's command starts belongs to its download: not so for `npm run build`. */
export function isDownloadItself(command: Command): boolean {
  const verb = argumentsOf(command).find(
    (word) => /^[a-z][a-z-]*$/.test(word) && !tools.has(plainName(word)),
  );
  return verb === undefined || !runsOther.has(verb);
}

/** What an interpreter runs: the module after `-m`, or the first file. */
function scriptOf(words: readonly string[]): string | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-m") return words[i + 1] === undefined ? undefined : plainName(words[i + 1]!);
    if (word === "-c" || word === "-e") return undefined;
    if (!word.startsWith("-")) return plainName(basename(word));
  }
  return undefined;
}

/** `pip` for `pip3.11`, `npm` for `npm-cli.js`, `git` for `git-remote-https`. */
function plainName(name: string): string {
  const bare = name.replace(/\.(js|mjs|cjs|py|rb|pl)$/, "").replace(/-cli$/, "");
  if (/^git-(remote-\w+|fetch|fetch-pack|clone|submodule|lfs)$/.test(bare)) return "git";
  if (/^(pip|easy_install|gem|bundle)[-\d.]+$/.test(bare)) return bare.replace(/[-\d.]+$/, "");
  return bare;
}
