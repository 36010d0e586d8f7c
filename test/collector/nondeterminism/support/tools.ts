import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Facts } from "../../../../collector/nondeterminism/facts.ts";
import { facts } from "./subject.ts";

/** A build that runs now, as the tools do that a test calls. */
export function now(): Facts {
  const time = Date.now() * 1000;
  return { ...facts, from: time - 30e6, to: time + 30e6, timezone: "Etc/UTC" };
}

/** Runs a shell script in a directory that goes with the test. @returns what it leaves in the file. */
export function made(script: string, file: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-detectors-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC", HOME: directory };
  execFileSync("/bin/sh", ["-ec", script], { cwd: directory, env, stdio: ["ignore", "ignore", "pipe"] });
  return readFileSync(join(directory, file));
}

export function hasProgram(program: string): boolean {
  return spawnSync("/bin/sh", ["-c", `command -v ${program}`]).status === 0;
}
