import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { isotrace, workspace } from "../e2e/lib/paths.ts";

const usage = `npm run bench:analysis [-- --build OUT] [--other OUT] [--thousands N,...]

Times the analysis of recordings, and the comparison of two: synthetic builds of 10,000, 30,000 and 100,000 files show how it
grows (--thousands others, 0 none); --build and --other name the outputs of two real ones (default: those that check:twice -- --keep left).
`;

const home = join(workspace, "analysis");
const kept = join(workspace, "twice/realistic");

/** Makes files by the thousand, each thousand by a process of its own, and packs them. */
const maker = `
mkdir -p chroot/var/lib/dpkg && : >chroot/var/lib/dpkg/status
for d in $(seq 1 "$0"); do
	mkdir chroot/d$d
	perl -e 'for (1 .. 1000) { open my $f, ">", "$ARGV[0]/file$_"; print $f "content $_ of $ARGV[0]\\n" }' chroot/d$d
done
mksquashfs chroot filesystem.squashfs -quiet -no-progress -comp gzip`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      build: { type: "string", default: join(kept, "a.out") },
      other: { type: "string", default: join(kept, "b.out") },
      thousands: { type: "string", default: "10,30,100" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  mkdirSync(home, { recursive: true });
  for (const thousands of values.thousands.split(",").map(Number)) {
    if (!(thousands > 0)) continue;
    const out = await synthetic(thousands);
    await tell(`${thousands},000 files: analyze`, ["analyze", out, "--out", join(home, "reports")]);
    await tell(`${thousands},000 files: findings`, ["findings", out, "--format", "json"]);
    await tell(`${thousands},000 files: diff with itself`, ["diff", out, out, "--format", "json"]);
  }
  for (const each of [values.build, values.other]) {
    if (!existsSync(each)) continue;
    await tell(`${each}: analyze`, ["analyze", each, "--out", join(home, "reports")]);
    await tell(`${each}: findings`, ["findings", each, "--format", "json"]);
  }
  if (existsSync(values.build) && existsSync(values.other))
    await tell("the two: diff", ["diff", values.build, values.other, "--format", "json"]);
  rmSync(home, { recursive: true, force: true });
  return 0;
}

async function synthetic(thousands: number): Promise<string> {
  const [directory, out] = [join(home, "build"), join(home, `out-${thousands}`)];
  for (const each of [directory, out]) rmSync(each, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await execa(isotrace, ["run", "--out", out, "--", "sh", "-c", maker, String(thousands)], {
    cwd: directory,
    stdin: "ignore",
  });
  rmSync(directory, { recursive: true, force: true });
  return out;
}

/** The median of three runs, and the largest memory of the process. */
async function tell(what: string, args: string[]): Promise<void> {
  const times: number[] = [];
  let peak = 0;
  for (let round = 0; round < 3; round++) {
    const begun = performance.now();
    const run = execa(isotrace, args, { reject: false, buffer: false, stdout: "ignore", stderr: "ignore" });
    const watch = setInterval(() => {
      peak = Math.max(peak, peakOf(run.pid!));
    }, 100);
    await run;
    clearInterval(watch);
    times.push((performance.now() - begun) / 1000);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(`${what}: ${times[1]!.toFixed(2)} s, ${(peak / 1e6).toFixed(0)} MB\n`);
}

/** VmHWM of proc_pid_status(5), bytes; 0 of a process that has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === "ENOENT" ||
      (error as NodeJS.ErrnoException).code === "ESRCH"
    )
      return 0;
    throw error;
  }
}

process.exitCode = await main();
