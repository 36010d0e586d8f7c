import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** apt on a root of its own, that has nothing installed. */
export class Apt {
  readonly #root: string;

  /** @param sources lines of sources.list(5), `deb URL SUITE COMPONENT...`, without options */
  constructor(root: string, sources: readonly string[], keyring: string, preferences = "") {
    this.#root = root;
    rmSync(root, { recursive: true, force: true });
    for (const directory of [
      "etc/apt/preferences.d",
      "etc/apt/apt.conf.d",
      "var/lib/dpkg",
      "var/lib/apt/lists/partial",
      "var/cache/apt/archives/partial",
      "debs",
    ])
      mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, "var/lib/dpkg/status"), "");
    const signed = sources.map((line) => line.replace(/^(deb(?:-src)?) /, `$1 [signed-by=${keyring}] `));
    writeFileSync(join(root, "etc/apt/sources.list"), `${signed.join("\n")}\n`);
    writeFileSync(join(root, "etc/apt/preferences.d/test"), preferences);
  }

  /** @returns whether apt took every index, and what it said. */
  async update(): Promise<{ ok: boolean; said: string }> {
    const { exitCode, all } = await this.#apt("apt-get", ["update", "--error-on=any"]);
    return { ok: exitCode === 0, said: all };
  }

  /** The version that apt would install; undefined if there is none. */
  async candidate(name: string): Promise<string | undefined> {
    const { all } = await this.#apt("apt-cache", ["policy", name]);
    const version = /Candidate: (\S+)/.exec(all)?.[1];
    return version === "(none)" ? undefined : version;
  }

  /** Fetches a package, verified, and reads from the file itself which version it is. @throws if it cannot */
  async download(name: string): Promise<string> {
    const debs = join(this.#root, "debs");
    for (const file of readdirSync(debs)) rmSync(join(debs, file));
    const { exitCode, all } = await this.#apt("apt-get", ["download", name]);
    const [file] = readdirSync(debs);
    if (exitCode !== 0 || file === undefined)
      throw new Error(`apt-get download ${name}: ${exitCode}\n${all}`);
    const { stdout } = await execa("dpkg-deb", ["--field", join(debs, file), "Version"]);
    return stdout;
  }

  #apt(program: string, args: string[]) {
    const options = [
      `Dir=${this.#root}`,
      `Dir::State::status=${this.#root}/var/lib/dpkg/status`,
      "APT::Sandbox::User=root",
      "APT::Architecture=amd64",
      "APT::Architectures::=amd64",
      "Acquire::Languages=none",
      "Acquire::Retries=0",
    ];
    return execa(program, [...options.flatMap((option) => ["-o", option]), ...args], {
      cwd: join(this.#root, "debs"),
      env: { LC_ALL: "C.UTF-8", http_proxy: "" },
      all: true,
      reject: false,
    });
  }
}
