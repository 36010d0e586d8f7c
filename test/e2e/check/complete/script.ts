import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { compile } from "../../lib/compile.ts";
import { isotrace } from "../../lib/paths.ts";
import { Volume, type VolumeKind } from "../../lib/volume.ts";
import { compare, type Verdict } from "./compare.ts";
import { type Recorded, readActs } from "./recorded.ts";
import { readStatement } from "./statement.ts";
import { straceOptions } from "./strace.ts";
import { witness } from "./witness.ts";

export interface ScriptResult {
  /** Against what strace saw in the same run. */
  strace: Verdict;
  /** Against what the program itself says; it knows of io_uring, strace does not. */
  statement: Verdict;
  recorded: Recorded;
  /** Paths that stand in the end, and that the recording does not have. */
  notStanding: string[];
  summary: string;
}

/**
 * Runs the program `actions` on a file system of a kind, under strace under Isotrace, and compares all three.
 * @param home a directory for everything that is made; removed, except for the recording in `home/out`.
 */
export async function checkScript(kind: VolumeKind, home: string): Promise<ScriptResult> {
  rmSync(join(home, "out"), { recursive: true, force: true });
  const program = await compile(
    fileURLToPath(new URL("./actions.c", import.meta.url)),
    join(home, "actions"),
  );
  await using volume = await Volume.make(kind, join(home, "volume"));
  const [build, outside] = [join(volume.directory, "build"), join(volume.directory, "outside")];
  const [log, truth, out] = [join(home, "strace.log"), join(home, "truth"), join(home, "out")];
  for (const each of [build, outside]) mkdirSync(each);
  for (const each of [log, truth]) rmSync(each, { force: true });
  const traced = ["strace", ...straceOptions, "-o", log, "--", program, build, outside, truth];
  await execa(isotrace, ["run", "--out", out, "--", ...traced], { cwd: build });
  const recorded = readActs(join(out, "recording.isotrace"));
  const notStanding = (await pathsBelow(build)).filter((path) => !recorded.paths.has(path));
  const seen = witness(log, build, build);
  const said = { acts: readStatement(truth), execs: [], parents: seen.parents };
  return {
    strace: compare(seen, recorded),
    statement: compare(said, recorded),
    recorded,
    notStanding,
    summary: readFileSync(join(out, "summary.md"), "utf8"),
  };
}

/** As byte strings, beginning with "/". */
async function pathsBelow(directory: string): Promise<string[]> {
  const { stdout } = await execa("find", [".", "-mindepth", "1", "-print0"], {
    cwd: directory,
    encoding: "buffer",
  });
  return Buffer.from(stdout)
    .toString("latin1")
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => path.slice(1));
}
