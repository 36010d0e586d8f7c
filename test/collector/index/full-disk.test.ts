import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { openIndex } from "../../../collector/index/sqlite/open.ts";
import { collecting, get, news, send, small, temporary } from "../server/support.ts";

/** A disk of 1 MB, until the test ends. */
function smallDisk(): string {
  const directory = temporary();
  execaSync("mount", ["-t", "tmpfs", "-o", "size=1m", "isotrace-test", directory]);
  onTestFinished(() => void execaSync("umount", ["--lazy", directory]));
  return directory;
}

/** Fills it. @returns makes room again */
function fill(directory: string): () => void {
  const ballast = join(directory, "ballast");
  expect(() => writeFileSync(ballast, Buffer.alloc(2 << 20))).toThrow("ENOSPC");
  return () => rmSync(ballast);
}

test("a build that the index has no room for is described when there is room, and is not failed", async () => {
  const data = smallDisk();
  const recordings = join(temporary(), "recordings");
  mkdirSync(recordings);
  symlinkSync(recordings, join(data, "recordings"));
  const running = await collecting(data);
  const makeRoom = fill(data);
  const isTold = new Promise<void>((resolve) => {
    const push = running.logged.push.bind(running.logged);
    running.logged.push = (...lines) => {
      if (lines.some((line) => line.startsWith("recording not described yet"))) resolve();
      return push(...lines);
    };
  });
  await send(running, small().save());
  await isTold;
  const metrics = (await get(running, "/metrics")).text;
  expect(metrics).toContain("isotrace_index_waiting_builds 1\n");
  expect(metrics).toContain("isotrace_free_bytes 0\n");
  const ready = news(running, "ready");
  makeRoom();
  const { facts } = await ready;
  const { json } = await get(running, `/v1/builds/${facts.key}`);
  expect(json.build).toMatchObject({ state: "ready", problem: null });
});

test("an index that cannot be opened for want of room is left as it is", () => {
  const directory = smallDisk();
  const path = join(directory, "index.sqlite");
  openIndex(path).database.close();
  const makeRoom = fill(directory);
  expect(() => openIndex(path)).toThrow();
  expect(existsSync(path)).toBe(true);
  makeRoom();
  const { database, renewed } = openIndex(path);
  database.close();
  expect(renewed).toBeUndefined();
});
