import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { bytesAt, expectSame, must } from "../same.ts";
import { until } from "../until.ts";

/** kill -9 of the recorder, twice: each gap is marked, and the stream has it. */
export const recorderKilled: Fault = {
  name: "recorder-killed",
  run: (home) => killing(home, "recorder/main", { segments: 3 }),
};

/** kill -9 of what sends, twice. */
export const uplinkKilled: Fault = {
  name: "uplink-killed",
  run: (home) => killing(home, "uplink/main", { segments: 1 }),
};

async function killing(home: string, program: string, { segments }: { segments: number }): Promise<string> {
  const data = join(home, "data");
  await using collector = await CollectorProcess.start({ data });
  const build = Build.start(home, { command: storm(12), collector: collector.url });
  await until("blocks come", 20, () => bytesAt(data) > 10_000);
  for (let kills = 0; kills < 2; kills++) {
    const pid = childOf(build.pid, program);
    must(pid !== undefined, `Isotrace must run ${program}`);
    const had = bytesAt(data);
    process.kill(pid, "SIGKILL");
    await until("there is a new one", 10, () => ![undefined, pid].includes(childOf(build.pid, program)));
    await until("the stream goes on", 20, () => bytesAt(data) > had);
    await wait(700);
  }
  must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
  const same = expectSame(build.out, data, { status: stormStatus, segments });
  const told = build.output.split("\n").filter((line) => line.includes("a new one goes on")).length;
  must(told === 2, `each end must be told, but ${told} are: ${build.output}`);
  must(
    build.output.includes("INCOMPLETE: gap") === segments > 1,
    `the report must be incomplete where a recorder was missing, and only there: ${build.output}`,
  );
  return `killed twice: ${segments} segments, ${same.bytes} bytes, ${same.events} events identical`;
}

/** As ps(1) would show it. @param program a part of its command line */
function childOf(parent: number, program: string): number | undefined {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => parentOf(pid) === parent && contentOf(pid, "cmdline").includes(program));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(contentOf(pid, "status"))?.[1]);
}

function contentOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return ""; // it has ended
  }
}
