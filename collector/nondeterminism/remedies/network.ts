/** What came from outside: what a tool fetched, or a package's file. */
export type InputKind =
  | { readonly kind: "download"; readonly program: string }
  | { readonly kind: "package" };

/** How to pin what each tool fetches. */
const pins: Readonly<Record<string, string>> = {
  pip: "name versions and hashes in a requirements file and install with pip --require-hashes --no-deps, or take the Debian package",
  npm: "install with npm ci from a package-lock.json that is kept with the configuration, or take the Debian package",
  git: "check out a commit by its full hash, or keep a copy in config/includes.chroot_after_packages",
  cargo: "build with cargo --locked --offline from vendored crates (cargo vendor)",
  go: "build with -mod=vendor from vendored modules (go mod vendor)",
  gem: "install with bundle --frozen from a Gemfile.lock and vendored gems",
};

/** One sentence. */
export function forInput(path: string, input: InputKind): string {
  if (path === "/binary/.disk/archive_trace")
    return "build from a snapshot of the archive, whose trace file stays as it is, or remove the file in a hook of the binary stage";
  switch (input.kind) {
    case "package":
      return "keep the package's file and its source with the configuration, or put it into an archive of your own that has snapshots";
    case "download":
      return (
        pins[input.program] ??
        "keep the file with the configuration (config/includes.chroot_after_packages), or check what was fetched against a digest that is kept"
      );
    default:
      return input satisfies never;
  }
}
