import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { dateText } from "../../../../collector/snapshot/archive/release.ts";
import { publicKey, Signer } from "../../../../collector/snapshot/key/signer.ts";
import { Layout } from "../../../../collector/snapshot/layout.ts";
import { controlOf, makeDeb, makeSourceTar, type PackageSpec } from "./deb.ts";

export interface SuiteOptions {
  /** More fields of the Release file. */
  readonly release?: Readonly<Record<string, string>>;
}

/** An archive that a test changes as it likes, served by HTTP on this machine. */
export class Upstream implements AsyncDisposable {
  readonly #home: string;
  readonly #signer: Signer;
  readonly #server: Server;
  readonly #suites = new Map<
    string,
    { packages: PackageSpec[]; sources: PackageSpec[]; options: SuiteOptions }
  >();
  /** Called before a file is served. */
  onRequest: (path: string) => void = () => {};
  readonly requests: string[] = [];

  private constructor(home: string, signer: Signer) {
    this.#home = home;
    this.#signer = signer;
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "/").slice(1);
      this.requests.push(path);
      this.onRequest(path);
      const file = join(this.#root, path);
      if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
      response.setHeader("Content-Length", statSync(file).size);
      createReadStream(file).pipe(response);
    });
  }

  static async make(home: string): Promise<Upstream> {
    mkdirSync(home, { recursive: true });
    const upstream = new Upstream(home, await Signer.open(new Layout(home), "Upstream"));
    await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keyring(): string {
    return publicKey(new Layout(this.#home));
  }

  /** What a suite has, from the next `publish` on; the sources of its packages too, but for those of `withoutSource`. */
  set(
    suite: string,
    packages: PackageSpec[],
    options: SuiteOptions & { withoutSource?: string[] } = {},
  ): void {
    const sources = new Map<string, PackageSpec>();
    for (const { name, version, source } of packages) {
      const [, of, ofVersion] = /^(\S+)(?: \((.*)\))?$/.exec(source ?? name) ?? [];
      const spec = { name: of!, version: ofVersion ?? version };
      if (!options.withoutSource?.includes(spec.name)) sources.set(`${spec.name} ${spec.version}`, spec);
    }
    this.#suites.set(suite, { packages, sources: [...sources.values()], options });
  }

  async publish(sign = true): Promise<void> {
    for (const [suite, { packages, sources, options }] of this.#suites) {
      const indices = {
        "main/binary-amd64/Packages": packages.map((each) => this.#binary(each)).join("\n"),
        "main/source/Sources": sources.map((each) => this.#source(each)).join("\n"),
      };
      const lines = Object.entries(indices).flatMap(([path, text]) => {
        const plain = Buffer.from(text);
        return [this.#write(suite, path, plain), this.#write(suite, `${path}.gz`, gzipSync(plain))];
      });
      const fields = {
        Origin: "Example",
        Label: "Example",
        Suite: suite,
        Codename: suite,
        ...options.release,
      };
      const text = [
        ...Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`),
        `Date: ${dateText(Date.now())}\nArchitectures: amd64\nComponents: main\nSHA256:\n`,
        ...lines,
      ].join("");
      await this.#release(suite, text, sign);
    }
  }

  /** Deletes what upstream would have deleted: the file of a package. */
  delete(path: string): void {
    rmSync(join(this.#root, path));
  }

  /** Where its files are. */
  path(path: string): string {
    return join(this.#root, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#signer[Symbol.asyncDispose]();
  }

  get #root(): string {
    return join(this.#home, "archive");
  }

  async #release(suite: string, text: string, sign: boolean): Promise<void> {
    const directory = join(this.#root, "dists", suite);
    writeFileSync(join(directory, "Release"), text);
    rmSync(join(directory, "InRelease"), { force: true });
    rmSync(join(directory, "Release.gpg"), { force: true });
    if (!sign) return;
    const { inRelease, detached } = await this.#signer.sign(text);
    writeFileSync(join(directory, "InRelease"), inRelease);
    writeFileSync(join(directory, "Release.gpg"), detached);
  }

  #binary(spec: PackageSpec): string {
    const path = binaryPath(spec);
    const file = join(this.#root, path);
    const content = makeDeb(spec);
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return `${controlOf(spec)}Filename: ${path}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`;
  }

  #source({ name, version }: PackageSpec): string {
    const directory = `pool/main/${name[0]}/${name}`;
    const archive = makeSourceTar(name, version);
    const tar = `${name}_${version}.tar.gz`;
    const md5 = (content: Buffer) => createHash("md5").update(content).digest("hex");
    const head = `Format: 3.0 (native)\nSource: ${name}\nBinary: ${name}\nArchitecture: any\nVersion: ${version}\nMaintainer: Nobody <nobody@example.org>\n`;
    const dsc = Buffer.from(
      `${head}Checksums-Sha256:\n ${sha256(archive)} ${archive.length} ${tar}\nFiles:\n ${md5(archive)} ${archive.length} ${tar}\n`,
    );
    const files: [string, Buffer][] = [
      [`${name}_${version}.dsc`, dsc],
      [tar, archive],
    ];
    mkdirSync(join(this.#root, directory), { recursive: true });
    for (const [file, content] of files) writeFileSync(join(this.#root, directory, file), content);
    const list = (digest: (content: Buffer) => string) =>
      files.map(([file, content]) => ` ${digest(content)} ${content.length} ${file}\n`).join("");
    return `Package: ${name}\n${head.replace(/^Source: .*\n/m, "")}Directory: ${directory}\nPriority: optional\nSection: misc\nChecksums-Sha256:\n${list(sha256)}Files:\n${list(md5)}`;
  }

  #write(suite: string, path: string, content: Buffer): string {
    const file = join(this.#root, "dists", suite, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return ` ${sha256(content)} ${content.length} ${path}\n`;
  }
}

export function binaryPath({ name, version, architecture, source }: PackageSpec): string {
  const of = source?.split(" ")[0] ?? name;
  return `pool/main/${of[0]}/${of}/${name}_${version.replace(/^\d+:/, "")}_${architecture ?? "amd64"}.deb`;
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
