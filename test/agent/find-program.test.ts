import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../../agent/find-program.ts";

let top: string;

/** Directories a, b and work, with programs that say where they lie. */
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-find-program-"));
  for (const directory of ["a", "b", "work", "a/directory"]) mkdirSync(join(top, directory));
  for (const path of ["a/both", "b/both", "b/plain", "b/only", "b/directory", "work/here"]) {
    writeFileSync(join(top, path), `#!/bin/sh\necho "$0"\n`);
    chmodSync(join(top, path), path === "b/plain" ? 0o644 : 0o755);
  }
  writeFileSync(join(top, "a/only"), "not to be executed");
  symlinkSync("nowhere", join(top, "a/plain"));
  symlinkSync("../b/only", join(top, "a/link"));
});
afterAll(() => rmSync(top, { recursive: true }));

describe("the program that a name means", () => {
  it.each([
    ["both", "a:b", "a/both"],
    ["both", "b:a", "b/both"],
    // What is not to be executed, and what is no file, is passed over.
    ["only", "a:b", "b/only"],
    ["directory", "a:b", "b/directory"],
    ["plain", "a:b", undefined],
    ["link", "a:b", "a/link"],
    ["none", "a:b", undefined],
    // An empty entry is the working directory (execvp(3)).
    ["here", "a::b", "work/here"],
    ["here", "a:b", undefined],
  ])("%s in %s is %s, as env(1) has it", (name, path, expected) => {
    const absolute = path
      .split(":")
      .map((each) => each && join(top, each))
      .join(":");
    const found = findProgram(name, absolute, join(top, "work"));
    expect(found).toBe(expected && join(top, expected));
    const { stdout, failed } = execaSync("/usr/bin/env", [name], {
      cwd: join(top, "work"),
      env: { PATH: absolute },
      extendEnv: false,
      reject: false,
    });
    expect(failed ? undefined : join(top, "work", stdout).replace(join(top, "work", top), top)).toBe(found);
  });

  it("is looked for further where a directory of PATH may not be searched", () => {
    chmodSync(top, 0o755);
    chmodSync(join(top, "a"), 0o700);
    process.seteuid!(65534);
    try {
      expect(findProgram("both", `${top}/a:${top}/b`, "/")).toBe(join(top, "b/both"));
      expect(findProgram("both", `${top}/a`, "/")).toBeUndefined();
    } finally {
      process.seteuid!(0);
    }
  });

  it("with a slash is that file, from the working directory, and PATH is not looked at", () => {
    const work = join(top, "work");
    expect(findProgram("./here", "", work)).toBe(join(work, "here"));
    expect(findProgram("../b/both", top, work)).toBe(join(top, "b/both"));
    expect(findProgram(join(top, "a/both"), "", work)).toBe(join(top, "a/both"));
    expect(findProgram("./both", join(top, "a"), work)).toBeUndefined();
    expect(findProgram("a/both", top, work)).toBeUndefined();
  });

  it("is found in entries of PATH that are relative to the working directory", () => {
    expect(findProgram("both", "../b", join(top, "work"))).toBe(join(top, "b/both"));
  });
});
