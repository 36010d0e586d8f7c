import { parseArgs } from "node:util";
import { findMirror } from "../e2e/lib/mirror.ts";
import { measureRound, type Observer, type Sample } from "./overhead/measure.ts";
import { debootstrapSubject, liveBuildSubject, type Subject } from "./overhead/subjects.ts";
import { table } from "./overhead/table.ts";

const usage = `npm run bench:overhead [-- --pairs N] [--live-build N] [--strace N] [--no-needs N] [--only debootstrap|live-build]

Times builds bare, under Isotrace and under strace with the same coverage, interleaved.
  --pairs N       of debootstrap (default 5)
  --live-build N  of the minimal lb build (default 3)
  --strace N      how many rounds of each have one under strace (default: all of debootstrap, 1 of lb build)
  --no-needs N    how many rounds of each have one under Isotrace with --no-needs (default 0)
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "5" },
      "live-build": { type: "string", default: "3" },
      strace: { type: "string" },
      "no-needs": { type: "string", default: "0" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const mirror = await findMirror();
  const noNeeds = Number(values["no-needs"]);
  if (values.only !== "live-build") {
    const strace = Number(values.strace ?? values.pairs);
    await bench(await debootstrapSubject(mirror), Number(values.pairs), { strace, "no needs": noNeeds });
  }
  if (values.only !== "debootstrap") {
    const strace = Number(values.strace ?? 1);
    await bench(liveBuildSubject(mirror), Number(values["live-build"]), { strace, "no needs": noNeeds });
  }
  return 0;
}

/** Each round has every observer once; who comes first changes, so that a slow drift of the machine falls on all. */
async function bench(
  subject: Subject,
  rounds: number,
  roundsOf: { strace: number; "no needs": number },
): Promise<void> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    const order: Observer[] = ["bare", "isotrace"];
    if (round < roundsOf["no needs"]) order.push("no needs");
    if (round < roundsOf.strace) order.push("strace");
    if (round % 2 === 1) order.reverse();
    for (const observer of order) {
      const sample = await measureRound(subject, observer, round);
      samples.push(sample);
      process.stderr.write(`${subject.name}, round ${round + 1}, ${observer}: ${sample.wall.toFixed(1)} s\n`);
    }
  }
  process.stdout.write(`\n${subject.name}\n\n${table(samples)}\n`);
}

process.exitCode = await main();
