import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RecordingTail } from "../../../agent/uplink/tail.ts";
import { DataLock } from "../../../collector/store/data-lock.ts";
import { FileStore } from "../../../collector/store/file-store.ts";
import { StoreError } from "../../../collector/store/recording-store.ts";
import { collecting, get, send, small, stored, temporary } from "../server/support.ts";

const identity = { build: "b", head: "0".repeat(64) };

test("what was appended and not synced is cut off after a crash, where it is no whole block", async () => {
  const data = temporary();
  const recording = readFileSync(small().save(4));
  const first = new FileStore(data).receive(identity, [], "");
  first.append(recording);
  await first.sync();
  const { key } = first.facts;
  appendFileSync(join(data, "recordings", key, "recording.isotrace"), recording.subarray(8, 40));
  const again = new FileStore(data).receive(identity, [], "");
  expect(again.durable).toBe(recording.length);
  expect(again.facts.size).toBe(recording.length);
});

test("what one owner has is counted while it comes, and given back when it goes", async () => {
  const data = temporary();
  const store = new FileStore(data);
  const receiving = store.receive(identity, [], "ci");
  receiving.append(Buffer.alloc(1000, 1));
  expect(store.usage("ci")).toEqual({ builds: 1, bytes: 1000 });
  await receiving.close();
  expect(new FileStore(data).usage("ci")).toEqual({ builds: 1, bytes: 1000 });
  store.remove(receiving.facts.key);
  expect(store.usage("ci")).toEqual({ builds: 0, bytes: 0 });
  expect(readdirSync(join(data, "recordings"))).toEqual([]);
});

test("a recording that is being received is not removed", () => {
  const store = new FileStore(temporary());
  const { facts } = store.receive(identity, [], "");
  expect(() => store.remove(facts.key)).toThrow(StoreError);
  expect(() => store.receive(identity, [], "")).toThrow(/over another connection/);
});

test("what a crash left of a removal is no recording", () => {
  const data = temporary();
  mkdirSync(join(data, "recordings", `${"a".repeat(32)}.removed`), { recursive: true });
  expect(new FileStore(data).list()).toEqual([]);
  expect(readdirSync(join(data, "recordings"))).toEqual([]);
});

test("nothing that a client chooses becomes a part of a path", () => {
  const data = temporary();
  const store = new FileStore(data);
  const hostile = [
    "../../escape",
    "/etc/cron.d/x",
    "a\0b",
    "..",
    ".",
    "con",
    "x".repeat(250),
    "\u202e../y",
    "%2e%2e",
  ];
  for (const build of hostile) {
    const { facts } = store.receive(
      { build, head: "../".repeat(21) },
      [{ name: "../../x", value: "../../y" }],
      "../z",
    );
    expect(facts.key).toMatch(/^[0-9a-f]{32}$/);
  }
  expect(readdirSync(data)).toEqual(["recordings"]);
  expect(readdirSync(join(data, "recordings"))).toHaveLength(hostile.length);
  for (const key of ["..", "../x", "", "A".repeat(32)]) expect(() => store.path(key)).toThrow(StoreError);
});

test("facts that cannot be understood are named, and nothing is guessed", () => {
  const data = temporary();
  const { facts } = new FileStore(data).receive(identity, [], "");
  writeFileSync(join(data, "recordings", facts.key, "facts.json"), "{}");
  expect(() => new FileStore(data)).toThrow(/facts.json: must be the facts of a recording/);
});

test("two collectors do not have one directory", () => {
  const data = temporary();
  const lock = new DataLock(data);
  expect(() => new DataLock(data)).toThrow(/another process has it/);
  lock.release();
  new DataLock(data).release();
});

test("a copy of the directory, made while it is written to, is a backup with all that was acknowledged", async () => {
  const running = await collecting();
  const one = small("one");
  const key = await stored(running, one, "one", [{ name: "branch", value: "main" }]);
  await get(running, `/v1/builds/${key}/pin`, { method: "PUT" });
  const why = (await get(running, `/v1/builds/${key}/why?path=/etc/f`)).text;
  const build = (await get(running, `/v1/builds/${key}`)).text;
  const other = small("partial").save(4);
  const first = new RecordingTail(other).next(0)!;
  const head = createHash("sha256").update(first).digest("hex");
  const partial = running.collector.store.receive({ build: "partial", head }, [], "");
  partial.append(readFileSync(other).subarray(0, first.length + 10));
  const backup = join(temporary(), "backup");
  cpSync(running.data, backup, { recursive: true });
  await partial.close();
  await running.stop();

  const restored = await collecting(backup);
  expect((await get(restored, `/v1/builds/${key}`)).text).toBe(build);
  expect((await get(restored, `/v1/builds/${key}/why?path=/etc/f`)).text).toBe(why);
  const bytes = await (await fetch(`${restored.url}/v1/builds/${key}/recording`)).arrayBuffer();
  expect(Buffer.from(bytes).equals(readFileSync(one.save()))).toBe(true);
  // A recording goes on where the copy has it.
  await send(restored, other, "partial");
  const whole = await (await fetch(`${restored.url}/v1/builds/partial/recording`)).arrayBuffer();
  expect(Buffer.from(whole).equals(readFileSync(other))).toBe(true);
  expect(existsSync(join(backup, "index.sqlite"))).toBe(true);
});
