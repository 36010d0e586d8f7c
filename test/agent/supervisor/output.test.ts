import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { buildDirectory, eventsOf, ofKind, program, recordedOutput } from "../support/isotrace.ts";

const printing = "i=0; while [ $i -lt 100 ]; do echo $i; sleep 0.02; i=$((i + 1)); done; exit 4";

it.each([
  ["standard output", "|"],
  ["both outputs", "2>&1 |"],
])(
  "a reader of %s that ends, ends the build as it would without Isotrace, and its reports are made",
  async (_, pipe) => {
    using build = buildDirectory();
    const command = (isotrace: string) =>
      `${isotrace} sh -c '${printing}' ${pipe} head -1; echo "\${PIPESTATUS[0]}"`;
    const shell = async (isotrace: string) => {
      const { stdout } = await execa("bash", ["-c", command(isotrace)], { cwd: build.path, stdin: "ignore" });
      return stdout;
    };
    expect(await shell(`${program} run --`)).toBe(await shell(""));
    expect(ofKind(eventsOf(build.path), "end")[0]).toMatchObject({ signal: 13, outcome: "failed" });
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).toMatch(
      /^# The build FAILED/,
    );
  },
);

it("an output whose disk is full leaves the build's status and its build.log whole", async () => {
  using build = buildDirectory();
  const command = `${program} run -- sh -c '${printing}' >/dev/full 2>&1`;
  const { exitCode } = await execa("sh", ["-c", command], {
    cwd: build.path,
    stdin: "ignore",
    reject: false,
  });
  expect(exitCode).toBe(4);
  const lines = Array.from({ length: 100 }, (_, i) => `${i}\n`).join("");
  expect(recordedOutput(build.path)).toBe(lines);
  expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).not.toContain("INCOMPLETE");
});
