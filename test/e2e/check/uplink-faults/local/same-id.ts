import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { expectSame, must } from "../same.ts";
import { ask, builds } from "./ask.ts";

/** Two builds at the same time whose directories have the same name and that began in the same second: so they have one id. */
export const sameId: Fault = {
  name: "same-id",
  run: async (home) => {
    const data = join(home, "data");
    await using collector = await CollectorProcess.start({ data });
    const both = await startTogether(home, collector);
    for (const build of both)
      must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
    const listed = await builds(collector);
    must(
      listed.length === 2 && listed[0]!.id === listed[1]!.id,
      `two builds of one id must be listed, but: ${listed.map(({ id }) => id).join(", ")}`,
    );
    const sames = both.map((build) => {
      const sha256 = createHash("sha256")
        .update(readFileSync(join(build.out, "recording.isotrace")))
        .digest("hex");
      const key = listed.map((each) => each.key).find((each) => shaOf(data, each) === sha256);
      must(key !== undefined, `${build.out}: must be at the collector, but it is not`);
      return expectSame(build.out, data, { status: stormStatus }, key);
    });
    const answer = await ask(collector, `/v1/builds/${encodeURIComponent(listed[0]!.id)}`);
    must(answer.status === 409, `an id of two must be answered with their keys, but: ${answer.status}`);
    return `${listed[0]!.id} twice: ${sames.map(({ events }) => events).join(" and ")} events, each identical to its own`;
  },
};

/** An id has the second in which the build began. */
async function startTogether(home: string, { url }: CollectorProcess): Promise<Build[]> {
  await wait(1000 - (Date.now() % 1000));
  return ["one", "two"].map((name) => Build.start(join(home, name), { command: storm(6), collector: url }));
}

function shaOf(data: string, key: string): string {
  const facts = readFileSync(join(data, "recordings", key, "facts.json"), "utf8");
  return (JSON.parse(facts) as { sha256: string }).sha256;
}
