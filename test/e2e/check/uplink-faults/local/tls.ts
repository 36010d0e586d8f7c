import { join } from "node:path";
import { execa } from "execa";
import { isotrace } from "../../../lib/paths.ts";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { expectSame, expectWhole, keysOf, must } from "../same.ts";
import { Authority, type Certificate } from "./certificates.ts";

/** A way to a collector that must be refused. */
interface Wrong {
  readonly name: string;
  /** What the collector shows; undefined: it speaks no TLS. */
  readonly shows: Certificate | undefined;
  readonly scheme: "ws" | "wss";
  /** What the agent must say. */
  readonly says: string;
}

/** Collectors with TLS: one with a good certificate, and others that an agent must not trust. */
export const tls: Fault = {
  name: "tls",
  run: async (home) => {
    const authority = await Authority.make(join(home, "authority"));
    const other = await Authority.make(join(home, "other"));
    const here = "IP:127.0.0.1";
    const good = await authority.sign("good", here, 1);
    const data = join(home, "data");
    await using collector = await CollectorProcess.start({ data, args: argsOf(good) });
    const wrongs: Wrong[] = [
      {
        name: "untrusted",
        shows: await other.sign("s", here, 1),
        scheme: "wss",
        says: "give the authority's with --ca",
      },
      {
        name: "named",
        shows: await authority.sign("n", "DNS:other.example", 1),
        scheme: "wss",
        says: "must be of 127.0.0.1",
      },
      {
        name: "expired",
        shows: await authority.sign("e", here, -1),
        scheme: "wss",
        says: "must be valid now",
      },
      { name: "plain-agent", shows: good, scheme: "ws", says: "use wss://" },
      { name: "plain-collector", shows: undefined, scheme: "wss", says: "must speak TLS" },
    ];
    const ca = ["--ca", authority.certificate];
    const [trusted, byEnvironment, ...refused] = await Promise.all([
      sent(join(home, "trusted"), collector, { args: ca }),
      sent(join(home, "environment"), collector, { env: { NODE_EXTRA_CA_CERTS: authority.certificate } }),
      ...wrongs.map((wrong) => expectRefused(join(home, wrong.name), wrong, ca)),
    ]);
    for (const build of refused) await pushed(build!, collector, ca);
    const all = [trusted, byEnvironment, ...refused];
    const keys = keysOf(data);
    must(
      keys.length === all.length,
      `the collector must have ${all.length} recordings, but has ${keys.length}`,
    );
    const sames = all.map((build) => {
      const found = keys.filter((key) => isSame(build!, data, key));
      must(
        found.length === 1,
        `${build!.out}: must be at the collector once, but is there ${found.length} times`,
      );
      return found.length;
    });
    return `${wrongs.length} wrong ways refused with their reason; ${sames.length} recordings identical over TLS`;
  },
};

function argsOf(shows: Certificate | undefined): string[] {
  return shows === undefined ? [] : ["--cert", shows.certificate, "--key", shows.key];
}

interface Trust {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function sent(home: string, { port }: CollectorProcess, trust: Trust): Promise<Build> {
  const build = Build.start(home, { command: storm(3), collector: `wss://127.0.0.1:${port}`, ...trust });
  must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
  must(!build.output.includes("not sent"), `a certificate that is trusted must do: ${build.output}`);
  return build;
}

async function expectRefused(home: string, { shows, scheme, says }: Wrong, ca: string[]): Promise<Build> {
  const data = join(home, "data");
  await using collector = await CollectorProcess.start({ data, args: argsOf(shows) });
  const url = `${scheme}://127.0.0.1:${collector.port}`;
  const build = Build.start(home, { command: storm(3), collector: url, args: ca });
  must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
  must(build.output.includes(says), `the agent must say "${says}": ${build.output}`);
  must(build.output.includes("isotrace push"), `the agent must say what to do: ${build.output}`);
  must(keysOf(data).length === 0, "nothing may come by a connection that is not to be trusted");
  expectWhole(join(build.out, "recording.isotrace"), { status: stormStatus });
  return build;
}

async function pushed({ out }: Build, { port }: CollectorProcess, ca: string[]): Promise<void> {
  await execa(isotrace, ["push", out, "--collector", `wss://127.0.0.1:${port}`, ...ca]);
}

function isSame({ out }: Build, data: string, key: string): boolean {
  try {
    expectSame(out, data, { status: stormStatus }, key);
    return true;
  } catch {
    return false; // another build's: each must be found once
  }
}
