import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { GnupgHome } from "../../../../collector/snapshot/key/home.ts";

test("what gpg prints is given to the last byte, also if that is a line feed: a key can end with one", async () => {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-gpg-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await using home = new GnupgHome(join(directory, "home"));
  const listed = await home.gpg(["--with-colons", "--list-config"]);
  expect(listed.at(-1)).toBe(0x0a);
});
