import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { RecordingTail } from "../../../agent/uplink/tail.ts";
import { sendRecording } from "../../../agent/uplink/uplink.ts";
import type { BuildNews } from "../../../collector/index/indexer.ts";
import { optionsOf } from "../../../collector/server/options.ts";
import { type RunningCollector, startCollector } from "../../../collector/server/start.ts";
import { type Label, uplinkPath } from "../../../proto/uplink.ts";
import { liveBuild, packed } from "../support/live-build.ts";
import { Scenario } from "../support/scenario.ts";

/** A directory that goes with the test. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-server-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A collector of this process, which ends with the test. */
export async function collecting(
  data = temporary(),
  given: Record<string, string> = {},
  isToReindex = false,
): Promise<RunningCollector & { data: string; logged: string[] }> {
  const logged: string[] = [];
  const running = await startCollector(
    optionsOf({ listen: "127.0.0.1:0", data, ...given }, undefined),
    (_level, event, facts) => void logged.push(`${event} ${JSON.stringify(facts)}`),
    isToReindex,
  );
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await running.stop();
  };
  onTestFinished(stop);
  return { ...running, stop, data, logged };
}

/** A small build with one generated file, `/etc/f`, and a package. */
export function small(id = "a-build", change: (s: Scenario) => void = () => {}): Scenario {
  const b = liveBuild(new Scenario({ build: id, directory: Buffer.from("/srv/image") }));
  const root = b.s.directory("chroot");
  b.s.package({ root, name: "base-files", version: "12.4", uri: "http://deb.debian.org/debian/pool/b.deb" });
  b.s.create(b.build, "chroot/etc/f");
  change(b.s);
  packed(b, { "/etc": { type: "directory" }, "/etc/f": { size: 3 } });
  return b.s;
}

export async function send(
  { url }: RunningCollector,
  path: string,
  build = "a-build",
  labels: Label[] = [],
  token = "",
): Promise<void> {
  const target = { url: url.replace("http", "ws") + uplinkPath, token, authorities: "", build, labels };
  const tail = new RecordingTail(path);
  await sendRecording(target, tail, { hasEnded: () => true, patience: 0, trouble: () => {} });
  tail.close();
}

/** Waits for something that happens to a build. */
export function news({ collector }: RunningCollector, kind: BuildNews["kind"]): Promise<BuildNews> {
  return new Promise((resolve) => {
    const stop = collector.indexer.watch((each) => {
      if (each.kind !== kind) return;
      stop();
      resolve(each);
    });
  });
}

/** Sends a build and waits until everything can be asked about it. @returns its key */
export async function stored(
  running: RunningCollector,
  scenario: Scenario,
  build = "a-build",
  labels: Label[] = [],
): Promise<string> {
  const ready = news(running, "ready");
  await send(running, scenario.save(), build, labels);
  return (await ready).facts.key;
}

export async function get({ url }: RunningCollector, path: string, init: RequestInit = {}) {
  const response = await fetch(url + path, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
