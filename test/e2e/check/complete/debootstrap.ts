import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { removeBuild } from "../../lib/live-build.ts";
import { findMirror } from "../../lib/mirror.ts";
import { isotrace } from "../../lib/paths.ts";
import { compare, type Verdict } from "./compare.ts";
import { type Recorded, readActs } from "./recorded.ts";
import { straceOptions } from "./strace.ts";
import { witness } from "./witness.ts";

/** A real debootstrap, under strace under Isotrace: nothing that strace sees may be missing. */
export async function checkDebootstrap(home: string): Promise<{ strace: Verdict; recorded: Recorded }> {
  const [build, out, log] = [join(home, "build"), join(home, "out"), join(home, "strace.log")];
  await removeBuild(build);
  for (const each of [out, log]) rmSync(each, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  const debootstrap = ["debootstrap", "--variant=minbase", "bookworm", "target", await findMirror()];
  const traced = ["strace", ...straceOptions, "-o", log, "--", ...debootstrap];
  await execa(isotrace, ["run", "--out", out, "--", ...traced], { cwd: build });
  const recorded = readActs(join(out, "recording.isotrace"));
  const verdict = compare(witness(log, build, build), recorded);
  await removeBuild(build);
  return { strace: verdict, recorded };
}
