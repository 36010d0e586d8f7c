import { expect, test } from "vitest";
import { causesOf, diffOfTwo, type TestBuild } from "./builds.ts";

const [a, b] = [{ at: 1_764_000_000 }, { at: 1_764_090_000, pid: 7500 }];

function install(build: TestBuild, name: string, version: string, root = "chroot"): void {
  build.s.mkdirs(build.build, root);
  build.s.package({ root: build.s.directory(root), name, version, architecture: "amd64" });
}

test("a package of another version is the cause of all that it ships, and of its lists", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    install(build, "tool", side === "a" ? "1.0-1" : "1.1-1");
    const shipped = { package: "tool:amd64", relation: "shipped" } as const;
    build.file("/usr/bin/tool", `tool ${side}`, shipped);
    build.file("/usr/share/doc/tool/copyright", `copyright ${side}`, shipped);
    build.file("/var/lib/dpkg/info/tool.md5sums", `sums ${side}`);
    build.file("/var/lib/dpkg/status", `Package: tool\nVersion: ${side === "a" ? "1.0-1" : "1.1-1"}\n`);
  });
  expect(causesOf(diff)).toEqual([
    "package-set: package tool: /usr/bin/tool /usr/share/doc/tool/copyright /var/lib/dpkg/info/tool.md5sums",
  ]);
  expect(diff.causes[0]!.culprit!.package).toEqual({ name: "tool", version: "1.1-1", architecture: "amd64" });
  expect(diff.effects.map(({ path }) => path)).toEqual(["/var/lib/dpkg/status"]);
  expect(diff.packages).toEqual([
    { where: "image", name: "tool", architecture: "amd64", a: ["1.0-1"], b: ["1.1-1"] },
  ]);
});

test("a file that somebody changed is not the package's", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    install(build, "tool", side === "a" ? "1.0-1" : "1.1-1");
    const text = `stamp=${side === "a" ? 1_764_000_003 : 1_764_090_003}\n`;
    build.file("/etc/tool.conf", text, { package: "tool:amd64", relation: "changed" });
  });
  expect(causesOf(diff)).toEqual(["timestamp: hook 0100-make.hook.chroot: /etc/tool.conf"]);
});

test("what a package of one build ships is in that build only because of it", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    if (side === "a") return;
    install(build, "extra", "2.0");
    build.file("/usr/bin/extra", "extra", { package: "extra:amd64", relation: "shipped" });
  });
  expect(causesOf(diff)).toEqual(["package-set: package extra: /usr/bin/extra"]);
  expect(diff.causes[0]!.reasons).toEqual(["its package is in B only: 2.0"]);
});

test("the packages of the image differ though its files do not: the builds are not the same", async () => {
  const image = await diffOfTwo(a, b, (build, side) => install(build, "tool", side === "a" ? "1" : "2"));
  expect(image.verdict).toBe("differ");
});

test("another version of the builder's own tools is told, and is no difference by itself", async () => {
  const diff = await diffOfTwo(a, b, (build, side) =>
    install(build, "squashfs-tools", side === "a" ? "1" : "2", "elsewhere"),
  );
  expect(diff.verdict).toBe("same");
  expect(diff.packages).toMatchObject([{ where: "other", name: "squashfs-tools" }]);
});
