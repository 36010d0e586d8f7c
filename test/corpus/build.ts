import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { execa } from "execa";
import { bootstrapped } from "../e2e/lib/bootstrapped.ts";
import { epoch, removeBuild } from "../e2e/lib/live-build.ts";
import { isotrace, workspace } from "../e2e/lib/paths.ts";
import { type Case, casesDirectory } from "./cases.ts";

const home = join(workspace, "corpus");
const driver = new URL("./driver.sh", import.meta.url).pathname;
const included =
  "python3,openssl,uuid-runtime,curl,xz-utils,zstd,zip,cpio,e2fsprogs,squashfs-tools,passwd,adduser,hostname";

/** Under what a build of the corpus runs: everything of it differs between the two. */
export interface Circumstances {
  readonly name: string;
  readonly hostName: string;
  readonly timezone: string;
  readonly language: string;
  readonly user: string;
  readonly umask: string;
  /** As taskset(1) takes it. */
  readonly processors: string;
  /** Programs and arguments before the build: setarch(8). */
  readonly before: readonly string[];
}

export const first: Circumstances = {
  name: "first",
  hostName: "builder-one",
  timezone: "Europe/Berlin",
  language: "de_DE.UTF-8",
  user: "alice",
  umask: "0027",
  processors: "0,1",
  before: [],
};
export const second: Circumstances = {
  name: "second-build",
  hostName: "kamaji",
  timezone: "America/New_York",
  language: "C.UTF-8",
  user: "bob",
  umask: "0022",
  processors: "0",
  before: ["setarch", "--uname-2.6"],
};

/** A build of the corpus that was recorded. */
export interface CorpusBuild {
  readonly out: string;
  /** What the image holds, unpacked. */
  readonly tree: string;
}

/** Builds all cases under Isotrace; with `keep`, takes what the last run left. @throws Error if a case fails */
export async function buildCorpus(
  cases: readonly Case[],
  how: Circumstances,
  mirror: string,
  keep = false,
): Promise<CorpusBuild> {
  const base = await makeBase(mirror);
  const directory = join(home, how.name);
  const [out, tree] = [join(home, `${how.name}.out`), join(home, `${how.name}.tree`)];
  if (keep && existsSync(tree)) return { out, tree };
  for (const each of [directory, out, tree]) await removeBuild(each);
  mkdirSync(join(directory, "chroot"), { recursive: true });
  mkdirSync(join(directory, "debs"));
  await execa("tar", ["--extract", "--file", base, "--directory", join(directory, "chroot")]);
  cpSync(casesDirectory, join(directory, "cases"), { recursive: true });
  for (const each of cases) if (each.package !== undefined) await makePackage(each, directory);
  await using _server = await serve();
  const env = environment(how);
  const inner = `hostname ${how.hostName} && umask 0022 && exec taskset --cpu-list ${how.processors} "$@"`;
  const command = [isotrace, "run", "--out", out, "--", driver];
  const before = ["unshare", "--uts", "sh", "-c", inner, "sh", ...how.before];
  const { exitCode, stderr, stdout } = await execa(before[0]!, [...before.slice(1), ...command], {
    cwd: directory,
    env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  if (exitCode !== 0)
    throw new Error(`the corpus could not be built: status ${exitCode}\n${stdout}\n${stderr}`);
  await execa("unsquashfs", [
    "-quiet",
    "-no-progress",
    "-dest",
    tree,
    join(directory, "filesystem.squashfs"),
  ]);
  return { out, tree };
}

function environment({ timezone, language, user, umask }: Circumstances): Record<string, string> {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: `/home/${user}`,
    LOGNAME: user,
    USER: user,
    TZ: timezone,
    LANG: language,
    BUILDER_UMASK: umask,
    SOURCE_DATE_EPOCH: epoch,
  };
}

/** A bootstrapped system with what the cases run; what debootstrap left of its own times is not of the builds that are compared. */
function makeBase(mirror: string): Promise<string> {
  return bootstrapped(join(home, "base.tar"), mirror, [`--include=${included}`], (directory) => {
    for (const each of ["var/log/dpkg.log", "var/log/bootstrap.log", "var/log/alternatives.log"])
      rmSync(join(directory, each), { force: true });
    const shadow = join(directory, "etc/shadow");
    const lines = readFileSync(shadow, "latin1");
    writeFileSync(
      shadow,
      lines.replace(/^([^:]*:[^:]*:)\d+:/gm, (_, before: string) => `${before}19000:`),
      "latin1",
    );
  });
}

/** A package whose postinst is the case; it ships a file with a date and a UUID of its own. */
async function makePackage({ name, package: packageName }: Case, directory: string): Promise<void> {
  const tree = join(directory, "debs", packageName!);
  const control = join(tree, "DEBIAN");
  const shipped = `usr/share/${packageName}/info`;
  mkdirSync(control, { recursive: true });
  mkdirSync(join(tree, "usr/share", packageName!), { recursive: true });
  writeFileSync(
    join(tree, shipped),
    "Built: 2023-11-14T22:13:20Z\nid: 5f0a4a8e-0f8f-4a3e-9a57-3d7a9f2b1c11\n",
  );
  writeFileSync(
    join(control, "control"),
    `Package: ${packageName}\nVersion: 1.0-1\nArchitecture: all\nMaintainer: A B <a@example.org>\nDescription: a case of the corpus\n`,
  );
  const { stdout } = await execa("md5sum", [shipped], { cwd: tree });
  writeFileSync(join(control, "md5sums"), `${stdout}\n`);
  writeFileSync(join(control, "postinst"), readFileSync(join(casesDirectory, name)));
  chmodSync(join(control, "postinst"), 0o755);
  await execa("dpkg-deb", [
    "--root-owner-group",
    "--build",
    tree,
    join(directory, "debs", `${packageName}.deb`),
  ]);
  rmSync(tree, { recursive: true });
}

/** What the cases download: another content each time. */
async function serve(): Promise<AsyncDisposable> {
  const server = createServer((_request, response) =>
    response.end(`payload ${process.hrtime.bigint() % 1000n}\n`),
  );
  await new Promise<void>((resolve) => server.listen(18099, "127.0.0.1", resolve));
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
