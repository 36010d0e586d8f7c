import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { UplinkProcess } from "../../../agent/supervisor/uplink-process.ts";
import type { Target } from "../../../agent/uplink/link.ts";
import { uplinkPath } from "../../../proto/uplink.ts";
import { collecting, news, small } from "../../collector/server/support.ts";

test("what sends is replaced when it is killed, and the collector has the recording in the end", async () => {
  const running = await collecting();
  const path = small().save();
  const said: string[] = [];
  const begun = news(running, "begun");
  const uplink = new UplinkProcess(targetAt(running.url), path, (line) => said.push(line));
  await begun;
  const again = news(running, "begun");
  process.kill(uplink.pid!, "SIGKILL");
  await again;
  expect(await uplink.finish()).toBeUndefined();
  expect(said).toEqual(["uplink: what sends the recording ended (SIGKILL); a new one goes on"]);
  const [facts, ...others] = running.collector.store.list();
  expect(others).toEqual([]);
  expect(facts!.isComplete).toBe(true);
  expect(readFileSync(running.collector.store.path(facts!.key)).equals(readFileSync(path))).toBe(true);
});

test("what cannot be kept alive is given up, and the build is told why", async () => {
  const running = await collecting();
  const said: string[] = [];
  const uplink = new UplinkProcess(targetAt(running.url), small().save(), (line) => {
    said.push(line);
    queueMicrotask(() => process.kill(uplink.pid!, "SIGKILL"));
  });
  process.kill(uplink.pid!, "SIGKILL");
  expect(await uplink.finish()).toBe("what sends it ended 5 times in a row (SIGKILL)");
  expect(said).toHaveLength(4);
});

function targetAt(url: string): Target {
  const socket = url.replace("http", "ws") + uplinkPath;
  return { url: socket, token: "", authorities: "", build: "a-build", labels: [] };
}
