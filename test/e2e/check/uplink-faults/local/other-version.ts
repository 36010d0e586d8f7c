import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uplinkProtocol } from "../../../../../proto/uplink.ts";
import { freePort } from "../../../lib/free-port.ts";
import { checkout } from "../../../lib/paths.ts";
import { Build, push, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { bytesAt, expectSame, expectWhole, keysOf, must } from "../same.ts";
import { until } from "../until.ts";

/** A collector comes back that speaks only a later version of the protocol, and then one of the agent's. */
export const otherVersion: Fault = {
  name: "other-version",
  run: async (home) => {
    const later = laterIsotrace(join(home, "later"));
    const port = await freePort();
    const during = join(home, "during");
    const data = join(during, "data");
    await using first = await CollectorProcess.start({ data, port });
    const build = Build.start(during, { command: storm(10), collector: first.url });
    await until("blocks come", 20, () => bytesAt(data) > 10_000);
    await first.kill();
    await using other = await CollectorProcess.start({ data, port, within: later });
    await until("the agent says what is wrong", 20, () => isTold(build.output));
    await other.kill();
    await first.start();
    must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
    const same = expectSame(build.out, data, { status: stormStatus });
    await first.kill();

    const after = join(home, "after");
    const options = { data: join(after, "data"), port };
    await using wrong = await CollectorProcess.start({ ...options, within: later });
    const whole = Build.start(after, { command: storm(2), collector: wrong.url });
    must((await whole.ended()) === stormStatus, `the status must be the build's own; ${whole.output}`);
    must(isTold(whole.output), `the agent must name both versions: ${whole.output}`);
    must(whole.output.includes("isotrace push"), `the agent must say what to do: ${whole.output}`);
    must(keysOf(options.data).length === 0, "what is refused must leave nothing at the collector");
    expectWhole(join(whole.out, "recording.isotrace"), { status: stormStatus });
    await wrong.kill();
    await using right = await CollectorProcess.start(options);
    const pushed = await push(whole.out, { collector: right.url });
    must(pushed.status === 0, `push must succeed: ${pushed.stderr}`);
    const sent = expectSame(whole.out, options.data, { status: stormStatus });
    return `versions named; ${same.bytes} bytes delivered while the agent ran, ${sent.bytes} by push, identical`;
  },
};

function isTold(output: string): boolean {
  const line = output.split("\n").find((each) => each.includes("of the protocol")) ?? "";
  const [own, its] = [`version ${uplinkProtocol} of`, `this collector ${uplinkProtocol + 1};`];
  return line.includes(own) && line.includes(its) && line.includes("update");
}

/** A copy of the checkout with another version. @returns a command that runs, instead of the checkout's, what is behind it */
function laterIsotrace(place: string): string[] {
  for (const name of ["agent", "collector", "proto", "package.json"])
    cpSync(join(checkout, name), join(place, name), { recursive: true });
  symlinkSync(join(checkout, "node_modules"), join(place, "node_modules"));
  const path = join(place, "proto/uplink.ts");
  const text = readFileSync(path, "utf8");
  const changed = text.replaceAll(
    /(const (?:uplinkProtocol|oldestUplinkProtocol) =) \d+;/g,
    `$1 ${uplinkProtocol + 1};`,
  );
  must(changed !== text, `${path}: must have the versions of the protocol`);
  writeFileSync(path, changed);
  return ["sh", "-c", 'shift; exec "$0" "$@"', join(place, "agent/isotrace")];
}
