import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { fileMagic } from "../../../proto/recording.ts";
import { argvOf, buildDirectory, eventsOf, ofKind, program, until } from "../support/isotrace.ts";

/** A build command as live-build's is called, that waits to be told to go on. */
function writeBuild(directory: string): void {
  const path = join(directory, "lb");
  writeFileSync(
    path,
    "#!/bin/sh\necho 1 > early\nuntil [ -e go ]; do sleep 0.05; done\nsh -c 'echo 1 > late'\nexit 3\n",
  );
  chmodSync(path, 0o755);
}

/** There is a moment at which the recording's file is there, and empty. */
function isBegun(directory: string): boolean {
  const path = join(directory, "isotrace/latest/recording.isotrace");
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size > fileMagic.length && ofKind(eventsOf(directory), "segment").length === 1;
}

describe("attach", () => {
  it("records a build that begins after it, until that ends, with its status and writers", async () => {
    using build = buildDirectory();
    writeBuild(build.path);
    const attached = execa(program, ["attach", build.path], { reject: false, stdin: "ignore" });
    await until(() => isBegun(build.path));
    writeFileSync(join(build.path, "go"), "");
    await execa("./lb", ["build"], { cwd: build.path, reject: false });
    expect((await attached).exitCode).toBe(0);
    const events = eventsOf(build.path);
    expect(ofKind(events, "end")[0]).toMatchObject({ status: 3, outcome: "failed" });
    const late = ofKind(events, "file").find(({ name }) => name === "late");
    const writer = ofKind(events, "exec").find(({ process }) => process === late?.process);
    expect(argvOf(writer!)).toBe("sh -c echo 1 > late");
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).not.toContain("INCOMPLETE");
  });

  it("says that it came late to a build that was running", async () => {
    using build = buildDirectory();
    writeBuild(build.path);
    const running = execa("./lb", ["build"], { cwd: build.path, reject: false });
    await until(() => existsSync(join(build.path, "early")));
    const attached = execa(program, ["attach", build.path], { reject: false, stdin: "ignore" });
    await until(() => isBegun(build.path));
    writeFileSync(join(build.path, "go"), "");
    expect((await running).exitCode).toBe(3);
    expect((await attached).exitCode).toBe(0);
    const summary = readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8");
    expect(summary).toMatch(/^# INCOMPLETE/);
    expect(summary).toContain("the build was running already");
  });
});
