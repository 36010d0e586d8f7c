import { once } from "node:events";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RecordingTail } from "../../../agent/uplink/tail.ts";
import { sendRecording } from "../../../agent/uplink/uplink.ts";
import { uplinkPath } from "../../../proto/uplink.ts";
import { collecting, send, small, temporary } from "../../collector/server/support.ts";

const kept = (running: Awaited<ReturnType<typeof collecting>>) => {
  const [facts, ...others] = running.collector.store.list();
  expect(others).toEqual([]);
  return { facts: facts!, bytes: readFileSync(running.collector.store.path(facts!.key)) };
};

test("a block that was cut by a power failure is no part of what is sent, and the rest is complete", async () => {
  const running = await collecting();
  const path = small().save(4);
  const whole = readFileSync(path);
  appendFileSync(path, whole.subarray(8, 8 + 40)); // the first block again, cut in its payload
  await send(running, path);
  const { facts, bytes } = kept(running);
  expect(bytes.equals(whole)).toBe(true);
  expect(facts).toMatchObject({ isComplete: true, size: whole.length });
});

test("a recording that is damaged before its end is refused with the place, and is not said to be complete", async () => {
  const running = await collecting();
  const path = small().save(4);
  const bytes = readFileSync(path);
  const second = 8 + 24 + bytes.readUInt32LE(8 + 8);
  bytes[second + 30]! ^= 0xff;
  writeFileSync(path, bytes);
  await expect(send(running, path)).rejects.toThrow(`the block at ${second} is damaged`);
  expect(kept(running).facts).toMatchObject({ isComplete: false, size: second });
});

test("a recording that was sent while it was made, and has grown, has the digest of the whole in the end", async () => {
  const running = await collecting();
  const path = small().save(4);
  const whole = readFileSync(path);
  const first = 8 + 24 + whole.readUInt32LE(8 + 8);
  writeFileSync(path, whole.subarray(0, first));
  await send(running, path);
  const early = kept(running).facts.sha256;
  writeFileSync(path, whole);
  await send(running, path);
  const { facts, bytes } = kept(running);
  expect(bytes.equals(whole)).toBe(true);
  expect(facts.sha256).not.toBe(early);
  expect(facts.sha256).toBe((await new RecordingTail(path).sha256(statSync(path).size)).toString("hex"));
});

test("where nothing was recorded there is nothing to send, and nobody waits for it", async () => {
  const running = await collecting();
  const path = join(temporary(), "recording.isotrace");
  await expect(send(running, path)).rejects.toThrow("nothing was recorded");
  writeFileSync(path, "ISOTRACE");
  await expect(send(running, path)).rejects.toThrow("nothing was recorded");
});

test("a connection that ends within any frame is gone on with where the collector has the recording", async () => {
  const running = await collecting();
  const path = small().save(1);
  const size = statSync(path).size;
  const { url, cuts } = await cutting(new URL(running.url), [300, 600, 900]);
  const troubles: string[] = [];
  const target = { url: url + uplinkPath, token: "", authorities: "", build: "a-build", labels: [] };
  await sendRecording(target, new RecordingTail(path), {
    hasEnded: () => true,
    patience: 60_000,
    trouble: (message) => troubles.push(message),
  });
  expect(cuts()).toBe(3);
  expect(troubles.length).toBeGreaterThan(0);
  expect(kept(running).bytes.equals(readFileSync(path))).toBe(true);
  expect(kept(running).facts).toMatchObject({ isComplete: true, size });
});

/** Stands before a collector: of one connection after another it lets so many bytes through, and then cuts it. */
async function cutting({ hostname, port }: URL, limits: readonly number[]) {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const beyond = connect(Number(port), hostname);
    let left = limits[cuts] ?? Number.POSITIVE_INFINITY;
    for (const each of [client, beyond]) sockets.add(each.on("error", () => each.destroy()));
    client.on("data", (part) => {
      beyond.write(part.subarray(0, left));
      left -= part.length;
      if (left > 0) return;
      cuts++;
      client.destroy();
      beyond.destroy();
    });
    beyond.on("data", (part) => client.write(part)).on("close", () => client.destroy());
    client.on("close", () => beyond.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const each of sockets) each.destroy();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, cuts: () => cuts };
}
