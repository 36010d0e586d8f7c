import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { readRecording } from "../../../proto/recording.ts";
import { buildDirectory, program } from "../support/isotrace.ts";

test("a disk that the build has filled in the end: one recorder closes the recording, and says what it lacks", async () => {
  using build = buildDirectory();
  const disk = smallDisk();
  const out = join(disk, "out");
  // Output that does not compress: a few events could still have room in the recording's last page.
  const fill = `cat /dev/zero >${disk}/ballast; head -c 100000 /dev/urandom; exit 7`;
  const { exitCode, stderr } = await execa(program, ["run", "--out", out, "--", "sh", "-c", fill], {
    cwd: build.path,
    reject: false,
    stdin: "ignore",
    encoding: "latin1",
  });
  expect(exitCode).toBe(7);
  expect(stderr).not.toContain("recorder: ended");
  const items = [...readRecording(join(out, "recording.isotrace"))];
  expect(items.filter(({ kind }) => kind === "damage")).toEqual([]);
  const events = items.flatMap((item) => (item.kind === "block" ? [...item.events] : []));
  expect(events.at(-1)).toMatchObject({ kind: "end", status: 7 });
  expect(events).toContainEqual(
    expect.objectContaining({ kind: "loss", detail: "the disk of the recording was full" }),
  );
  expect(events.filter(({ kind }) => kind === "segment")).toHaveLength(1);
});

test.each([
  [
    "that is full before the build: nothing is recorded, and that is said",
    2 << 20,
    /: nothing was recorded/,
    2,
  ],
  [
    "without space for the reports: they can be made later",
    (1 << 20) - 24_000,
    /free space, and run "isotrace analyze/,
    0,
  ],
])("a disk %s", async (_, ballast, said, analyzed) => {
  using build = buildDirectory();
  const disk = smallDisk();
  execaSync("head", ["-c", String(ballast), "/dev/zero"], {
    stdout: { file: join(disk, "ballast") },
    reject: false,
  });
  const out = join(disk, "out");
  const { exitCode, stderr } = await execa(program, ["run", "--out", out, "--", "sh", "-c", "exit 7"], {
    cwd: build.path,
    reject: false,
    stdin: "ignore",
  });
  expect(exitCode).toBe(7);
  expect(stderr).toMatch(said);
  rmSync(join(disk, "ballast"));
  const again = await execa(program, ["analyze", out], { reject: false });
  expect(again.exitCode).toBe(analyzed);
});

/** A disk of 1 MB, until the test ends. */
function smallDisk(): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-disk-"));
  execaSync("mount", ["-t", "tmpfs", "-o", "size=1m", "isotrace-test", directory]);
  onTestFinished(() => {
    execaSync("umount", ["--lazy", directory]);
    rmSync(directory, { recursive: true });
  });
  return directory;
}
