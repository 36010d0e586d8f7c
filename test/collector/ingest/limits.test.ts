import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { crc32, zstdCompressSync } from "node:zlib";
import protobuf from "protobufjs";
import { expect, test, vi } from "vitest";
import { RecordingTail } from "../../../agent/uplink/tail.ts";
import { Rates } from "../../../collector/ingest/rates.ts";
import { Tokens } from "../../../collector/server/tokens.ts";
import { fileMagic, maximumBlock } from "../../../proto/recording.ts";
import { encodeFrame, maximumFrame, uplinkPath } from "../../../proto/uplink.ts";
import { collecting, get, send, small, stored, temporary } from "../server/support.ts";
import { Client, hello } from "./client.ts";

const path = () => small().save(4);
const blocks = (file: string) => {
  const tail = new RecordingTail(file);
  const found: Buffer[] = [];
  for (let at = 0, next = tail.next(0); next !== undefined; at += next.length, next = tail.next(at))
    found.push(next);
  tail.close();
  // The last one is found at the offset after it, which has none.
  return found;
};

/** A block whose header says what it is told to. */
function block(payload: Buffer, lengths: { compressed?: number; raw?: number } = {}): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0x424f5349, 0);
  header.writeUInt32LE(lengths.compressed ?? payload.length, 8);
  header.writeUInt32LE(lengths.raw ?? payload.length, 12);
  header.writeUInt32LE(crc32(payload), 16);
  header.writeUInt32LE(crc32(header.subarray(0, 20)), 20);
  return Buffer.concat([header, payload]);
}

test("frames in the wrong order, or of the wrong side, are refused by name", async () => {
  const running = await collecting();
  const [first] = blocks(path());
  const sent = { kind: "block" as const, offset: 0, data: first! };
  const cases: [string, (client: Client) => void, RegExp][] = [
    ["block before hello", (c) => c.send(sent), /^protocol: hello must come first/],
    [
      "end before hello",
      (c) => c.send({ kind: "end", size: 0, sha256: Buffer.alloc(32) }),
      /^protocol: hello must/,
    ],
    [
      "welcome",
      (c) => c.send({ kind: "welcome", offset: 0, window: 9 }),
      /^protocol: "welcome" is the collector's/,
    ],
    ["text", (c) => c.socket.send("hello"), /^protocol: a message must be binary/],
    ["nothing", (c) => c.send(Buffer.alloc(0)), /^protocol: a frame must have one of/],
    [
      "version 0",
      (c) => c.send(hello(first!, { protocol: 0 })),
      /^protocol: the agent speaks version 0 .*update Isotrace/,
    ],
    [
      "version 99",
      (c) => c.send(hello(first!, { protocol: 99 })),
      /^protocol: the agent speaks version 99 .*this collector 1; update the collector/,
    ],
    ["no id", (c) => c.send(hello(first!, { build: "" })), /^build: .*1 to 256/],
    ["long id", (c) => c.send(hello(first!, { build: "x".repeat(257) })), /^build: .*1 to 256/],
    [
      "long label",
      (c) => c.send(hello(first!, { labels: [{ name: "n".repeat(300), value: "" }] })),
      /^build: at most/,
    ],
    [
      "labels",
      (c) => c.send(hello(first!, { labels: Array(33).fill({ name: "a", value: "b" }) })),
      /^build: at most/,
    ],
    ["short head", (c) => c.send(hello(first!, { head: Buffer.alloc(31) })), /^protocol: head/],
  ];
  for (const [what, act, message] of cases) {
    const client = await new Client(running).open();
    act(client);
    expect([what, await client.refusal()]).toEqual([what, expect.stringMatching(message)]);
    expect(await client.closed).toBe(1008);
  }
  expect(running.collector.store.list()).toEqual([]);
});

test("offsets and lengths that no file has are refused: negative, beyond 2^31, beyond 2^53", async () => {
  const running = await collecting();
  const [first] = blocks(path());
  const offsets = [-1, 1, 2 ** 31, 2 ** 32 + 1, 2 ** 53];
  for (const offset of offsets) {
    const client = await new Client(running).open();
    client.send(hello(first!));
    await client.next("welcome");
    client.send(rawBlock(offset, first!));
    expect([offset, await client.refusal()]).toEqual([offset, expect.stringMatching(/^(block|protocol): /)]);
    await client.closed;
  }
  for (const size of [2 ** 31, 2 ** 52]) {
    const client = await new Client(running).open();
    client.send(hello(first!));
    await client.next("welcome");
    client.send({ kind: "end", size, sha256: Buffer.alloc(32) });
    expect(await client.refusal()).toMatch(/^digest: /);
    await client.closed;
  }
  expect(running.collector.store.list().map(({ size }) => size)).toEqual([0]);
});

test("a block that is none, or is not what it says, is not written", async () => {
  const running = await collecting();
  const bomb = zstdCompressSync(Buffer.alloc(64 << 20));
  expect(bomb.length).toBeLessThan(20_000);
  const cases: [string, Buffer, RegExp][] = [
    ["no magic", block(Buffer.alloc(0)), /must begin with "ISOTRACE"/],
    ["empty", fileMagic, /the last block is cut/],
    ["2^31 compressed", magic(block(Buffer.alloc(8), { compressed: 2 ** 31 })), /the block is too large/],
    ["2^31 raw", magic(block(zstdCompressSync(Buffer.alloc(8)), { raw: 2 ** 31 })), /the block is too large/],
    ["bomb that lies", magic(block(bomb, { raw: 100 })), /cannot be decoded/],
    ["bomb that does not", magic(block(bomb, { raw: 64 << 20 })), /the block is too large/],
    ["bomb at the limit", magic(block(bomb, { raw: maximumBlock })), /cannot be decoded/],
    ["not zstd", magic(block(Buffer.from("garbage"))), /cannot be decoded/],
    ["no events", magic(block(zstdCompressSync(Buffer.alloc(9, 0xff)), { raw: 9 })), /cannot be decoded/],
    [
      "a byte more",
      magic(Buffer.concat([block(zstdCompressSync(Buffer.alloc(1)), { raw: 1 }), Buffer.alloc(1)])),
      /length/,
    ],
  ];
  for (const [what, data, message] of cases) {
    const client = await new Client(running).open();
    client.send(hello(data));
    await client.next("welcome");
    client.send({ kind: "block", offset: 0, data });
    expect([what, await client.refusal()]).toEqual([what, expect.stringMatching(message)]);
    await client.closed;
  }
  expect(running.collector.store.list().every(({ size }) => size === 0)).toBe(true);
  const tooLarge = await new Client(running).open();
  tooLarge.send(Buffer.alloc(maximumFrame + 1));
  expect(await tooLarge.closed).toBe(1009);
});

test("names that lead elsewhere, in every text, lead nowhere", async () => {
  const data = temporary();
  const running = await collecting(data);
  const evil = "../../../../tmp/isotrace-escape";
  const scenario = small(evil, (s) => {
    s.package({ name: evil, version: evil, uri: evil, source: evil });
    s.output(evil);
    s.add({ kind: "stage", time: s.time, marker: Buffer.from(evil), removed: false });
  });
  const labels = [
    { name: evil, value: evil },
    { name: "name", value: evil },
    { name: "__proto__", value: "x" },
  ];
  const key = await stored(running, scenario, evil, labels);
  expect(readdirSync(join(data, "recordings"))).toEqual([key]);
  expect(readdirSync(data).every((name) => /^(recordings|lock|index\.sqlite(-wal|-shm)?)$/.test(name))).toBe(
    true,
  );
  const { json } = await get(running, `/v1/builds/${encodeURIComponent(evil)}`);
  expect(json.build).toMatchObject({ id: evil, name: evil, labels });
  expect(
    (await get(running, `/v1/builds?label=${encodeURIComponent("__proto__=x")}`)).json.builds,
  ).toHaveLength(1);
});

test("a token has so many builds and so many bytes, and what it has already may go on", async () => {
  const data = temporary();
  const token = new Tokens(data).make("ci", ["ingest"]);
  const file = path();
  const size = statSync(file).size;
  const running = await collecting(data, { builds: "1", quota: String((size * 1.5) / 1e9) });
  await send(running, file, "a", [], token);
  await send(running, file, "a", [], token);
  await expect(send(running, small("b").save(), "b", [], token)).rejects.toThrow(/quota.*may have 1 builds/);
  const second = await collecting(temporary(), { quota: String((size * 0.6) / 1e9) });
  await expect(send(second, file)).rejects.toThrow(/quota.*bytes, and has/);
  expect(second.collector.store.list()[0]!.size).toBeLessThan(size * 0.6);
});

test("who is faster than the rate is made to wait, and loses nothing", async () => {
  const running = await collecting(temporary(), { rate: "0.0004" });
  const file = path();
  await send(running, file);
  const { text } = await get(running, "/metrics");
  const bytes = await (await fetch(`${running.url}/v1/builds/a-build/recording`)).arrayBuffer();
  expect(Buffer.from(bytes).equals(readFileSync(file))).toBe(true);
  expect(Number(/^isotrace_held_seconds_total (.*)$/m.exec(text)![1])).toBeGreaterThan(0);
});

test("a bucket lets a burst through, and then the rate", () => {
  const rates = new Rates(100);
  expect(rates.charge("a", 400, 0)).toBe(0);
  expect(rates.charge("a", 100, 0)).toBe(1000);
  expect(rates.charge("b", 400, 0)).toBe(0);
  expect(rates.charge("a", 0, 1000)).toBe(0);
  expect(rates.charge("a", 50, 1000)).toBe(500);
  expect(rates.charge("a", 400, 1_000_000)).toBe(0);
});

test("who says nothing is sent away in time, and who says half a request, too", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const running = await collecting();
    const silent = new Client(running);
    await silent.open();
    await vi.waitFor(() => expect(running.collector.metrics.print()).toMatch(/^isotrace_uplinks 1$/m));
    vi.advanceTimersByTime(10_000);
    expect(await silent.refusal()).toMatch(/hello must come within 10 s/);
  } finally {
    vi.useRealTimers();
  }
});

test("one address has so many connections, and others are not kept out by it", async () => {
  const running = await collecting(temporary(), { connections: "5" });
  const { port, hostname } = new URL(running.url);
  const open = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      socket.write(`GET ${uplinkPath} HTTP/1.1\r\n`);
      return socket;
    }),
  );
  const beyond = connect(Number(port), hostname);
  await once(beyond, "close");
  const other = connect({ port: Number(port), host: hostname, localAddress: "127.0.0.2" });
  other.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const [answer] = await once(other, "data");
  expect(String(answer)).toContain("200 OK");
  for (const socket of [...open, other]) socket.destroy();
});

test("what is sent twice at once is received once", async () => {
  const running = await collecting();
  const parts = blocks(path());
  const one = await new Client(running).open();
  one.send(hello(parts[0]!));
  await one.next("welcome");
  const two = await new Client(running).open();
  two.send(hello(parts[0]!));
  expect(await two.refusal()).toMatch(/^build: .*over another connection/);
  let offset = 0;
  for (const data of parts) {
    one.send({ kind: "block", offset, data });
    offset += data.length;
  }
  for (let acknowledged = 0; acknowledged < offset; ) {
    const frame = await one.next("acknowledgement");
    if (frame.kind === "acknowledgement") acknowledged = frame.offset;
  }
  expect(running.collector.store.list()[0]!.size).toBe(offset);
});

function magic(bytes: Buffer): Buffer {
  return Buffer.concat([fileMagic, bytes]);
}

/** A frame of a block with any offset: `encodeFrame` takes numbers that are offsets only. */
function rawBlock(offset: number, data: Uint8Array): Uint8Array {
  if (offset >= 0 && offset < 2 ** 53) return encodeFrame({ kind: "block", offset, data });
  const low = offset < 0 ? 0xffffffff : 0;
  const high = offset < 0 ? 0xffffffff : 0x200000;
  const inner = protobuf.Writer.create()
    .uint32(8)
    .uint64({ low, high, unsigned: true } as unknown as number)
    .uint32(18)
    .bytes(data)
    .finish();
  return protobuf.Writer.create().uint32(26).bytes(inner).finish();
}
