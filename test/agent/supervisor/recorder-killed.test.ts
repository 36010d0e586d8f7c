import { expect, test } from "vitest";
import { buildDirectory, eventsOf, ofKind, recordedOutput, run } from "../support/isotrace.ts";

test("what a build prints while its recorder is killed is recorded once", async () => {
  using build = buildDirectory();
  // The recorder is a child of Isotrace, as the build is; the brackets keep the build itself from being found.
  const kill = 'kill -9 $(pgrep -P "$PPID" -f recorder/mai[n])';
  // It is killed within a second of printing, which is when all that it has kept is told at the latest.
  const script = `for i in 1 2; do sleep 1; seq -f "$i %.0f" 100000; ${kill}; done; exit 7`;
  const { exitCode, stderr } = await run(build.path, ["sh", "-c", script], { maxBuffer: 20e6 });
  expect(exitCode).toBe(7);
  expect(stderr).toContain("recorder: ended (SIGKILL); a new one goes on");
  expect(ofKind(eventsOf(build.path), "segment")).toHaveLength(3);
  const lines = recordedOutput(build.path).split("\n").slice(0, -1);
  expect(lines).toHaveLength(200_000);
  expect(new Set(lines).size).toBe(200_000);
});
