import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const inside = fileURLToPath(new URL("./support/inside.ts", import.meta.url));

it("a process that has entered a root reads nothing outside of it, by symlink or by dots", () => {
  const top = mkdtempSync(join(tmpdir(), "isotrace-chroot-"));
  const root = join(top, "root");
  mkdirSync(root);
  writeFileSync(join(top, "secret"), "outside");
  writeFileSync(join(root, "own"), "inside");
  symlinkSync(join(top, "secret"), join(root, "absolute"));
  symlinkSync("../../../../../../../../../../etc/passwd", join(root, "dots"));
  symlinkSync("/own", join(root, "through-root"));
  const fd = openSync(root, "r");
  try {
    const paths = ["/own", "/absolute", "/dots", "/through-root", "/../secret", join(top, "secret")];
    const { stdout } = spawnSync(process.execPath, [inside, ...paths], {
      stdio: ["ignore", "pipe", "inherit", fd],
    });
    expect(JSON.parse(stdout.toString())).toEqual([
      "inside",
      "ENOENT",
      "ENOENT",
      "inside",
      "ENOENT",
      "ENOENT",
    ]);
  } finally {
    closeSync(fd);
    rmSync(top, { recursive: true });
  }
});
