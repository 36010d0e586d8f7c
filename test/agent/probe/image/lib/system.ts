import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";

export type Files = Record<string, string | Buffer>;

/** Makes a system with one package, "pkg:all", that shipped some files; the others are the build's. */
export function makeSystem(top: string, shipped: Files, others: Files): string {
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(top + path), { recursive: true });
    writeFileSync(top + path, content);
  };
  const paths = Object.keys(shipped);
  for (const [path, content] of Object.entries({ ...shipped, ...others })) put(path, content);
  const md5 = (path: string) => createHash("md5").update(shipped[path]!).digest("hex");
  put("/var/lib/dpkg/status", "Package: pkg\nStatus: install ok installed\nArchitecture: all\n\n");
  put("/var/lib/dpkg/info/pkg.list", `/.\n${paths.join("\n")}\n`);
  put("/var/lib/dpkg/info/pkg.md5sums", paths.map((path) => `${md5(path)}  ${path.slice(1)}\n`).join(""));
  return top;
}

/** @returns the squashfs, beside the tree. */
export async function pack(tree: string): Promise<string> {
  const file = `${tree}.squashfs`;
  rmSync(file, { force: true });
  await execa("mksquashfs", [tree, file, "-comp", "zstd", "-no-progress", "-noappend"]);
  return file;
}

/** A tree as an archive of a version of cpio(1), its paths in the order of their names. */
export async function cpio(tree: string, paths: string[], options: string[] = []): Promise<Buffer> {
  const { stdout } = await execa("cpio", ["--quiet", "-o", "-H", "newc", "--null", ...options], {
    cwd: join(tree),
    input: paths.map((path) => `${path}\0`).join(""),
    encoding: "buffer",
  });
  return Buffer.from(stdout);
}
