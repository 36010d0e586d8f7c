import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { checkout } from "./lib/paths.ts";

const script = join(checkout, "test/e2e/prepare.sh");
const commands = mkdtempSync(join(tmpdir(), "isotrace-prepare-"));

afterAll(() => rmSync(commands, { recursive: true }));

test("when everything is there, it does nothing and says nothing", async () => {
  const { all, exitCode } = await execa("sh", [script, "test"], { all: true, reject: false });
  expect({ all, exitCode }).toEqual({ all: "", exitCode: 0 });
});

test("without root it says in one line what to do", async () => {
  const nobody = ["--reuid=65534", "--clear-groups", "--", "sh", script, "run"];
  const { stderr, stdout, exitCode } = await execa("setpriv", nobody, { reject: false });
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toMatch(/^isotrace: .* needs root.*sudo$/);
});

test("without apt it names in one line what to install", async () => {
  const bin = join(commands, "bin");
  mkdirSync(bin);
  for (const name of ["sh", "id", "dirname", "find"]) {
    const { stdout } = await execa("sh", ["-c", `command -v ${name}`]);
    symlinkSync(stdout, join(bin, name));
  }
  const options = { env: { PATH: bin }, extendEnv: false, reject: false };
  const { stderr, stdout, exitCode } = await execa("/bin/sh", [script, "run"], options);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toMatch(/^isotrace: .* no apt .* live-build debootstrap .*$/);
});
