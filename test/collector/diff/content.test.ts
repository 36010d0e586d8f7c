import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Diff } from "../../../collector/diff/diff.ts";
import { causesOf, diffOfTwo, type Own } from "./builds.ts";

const hook = "hook 0100-make.hook.chroot";
const a: Own = { at: 1_764_000_000, pid: 500 };
const b: Own = { at: 1_764_086_400 + 3600, pid: 7500 };

/** The difference of two builds whose hook writes /etc/x with these contents. */
function ofContents(
  one: string | Buffer,
  other: string | Buffer,
  ownA: Own = a,
  ownB: Own = b,
): Promise<Diff> {
  return diffOfTwo(ownA, ownB, (build, side) => build.file("/etc/x", side === "a" ? one : other));
}

const utc = (seconds: number) => new Date(seconds * 1000).toISOString();
const [timeA, timeB] = [1_764_000_001, 1_764_090_001];

test.each([
  ["seconds", `built=${timeA}\n`, `built=${timeB}\n`, "timestamp"],
  ["ISO 8601", `{"built": "${utc(timeA)}"}\n`, `{"built": "${utc(timeB)}"}\n`, "timestamp"],
  ["date(1)", "# on Mon Nov 24 16:00:01 UTC 2025\n", "# on Tue Nov 25 17:00:01 UTC 2025\n", "timestamp"],
  [
    "a certificate's end, years ahead",
    "until 2035-11-22T16:00:01Z\n",
    "until 2035-11-23T17:00:01Z\n",
    "timestamp",
  ],
  [
    "UUID",
    "id=8a6e1bfc-27f1-4b61-a2c8-1e3ad3ed3bd5\n",
    "id=0c3e7a90-11aa-4d2e-9b1f-7c5d4e3f2a10\n",
    "randomness",
  ],
  ["a hexadecimal token", "seed: 9f86d081884c7d65\n", "seed: 60303ae22b998861\n", "randomness"],
  ["a salt", "admin:$6$RfT8sKq2$aB3kLm9QzX1\n", "admin:$6$Yx2Lp0Wm$Qr7TvN4uJc8\n", "randomness"],
  ["an address", "<object at 0x7f3c5e0d1a40>\n", "<object at 0x7f9a1b2c3d40>\n", "uninitialised-memory"],
  ["lines", "b\na\nc\nd\n", "a\nb\nd\nc\n", "ordering"],
  ["words of a line", "keys: one two three\n", "keys: three one two\n", "ordering"],
  ["anything else", "verdict: yes\n", "verdict: no\n", "unclassified"],
])("%s: the class of what differs in a text", async (_name, one, other, source) => {
  expect(causesOf(await ofContents(one, other))).toEqual([`${source}: ${hook}: /etc/x`]);
});

test("a time is told with its place, what it means, and both sides", async () => {
  const { differences } = await ofContents(`x\nbuilt=${timeA}\n`, `x\nbuilt=${timeB}\n`);
  expect(differences[0]!.explanations[0]).toMatchObject({
    source: "timestamp",
    confidence: "high",
    readings: [
      {
        within: [],
        a: { offset: 8, line: 2, bytes: String(timeA) },
        b: { offset: 8, line: 2, bytes: String(timeB) },
        meaning: expect.stringContaining("2025-11-24T16:00:01Z and 2025-11-25T17:00:01Z"),
      },
    ],
  });
});

test("binary times: 8 bytes of milliseconds, big endian, in a file of other bytes", async () => {
  const store = (seconds: number) => {
    const content = Buffer.alloc(64, 0xee);
    content.writeBigInt64BE(BigInt(seconds) * 1000n + 574n, 20);
    content.writeUInt32BE(0, 40);
    return content;
  };
  const { causes, differences } = await ofContents(store(timeA), store(timeB));
  expect(causes.map(({ source }) => source)).toEqual(["timestamp"]);
  expect(differences[0]!.explanations[0]!.readings[0]).toMatchObject({
    a: { offset: 20 },
    meaning: expect.stringContaining("milliseconds, 64 bits, big endian"),
  });
});

test("random bytes, and an address among others, in a binary file", async () => {
  const drawn = (seed: number) =>
    Buffer.from(
      Array.from({ length: 64 }, (_, i) => (i * 167 * seed + seed * 31 + ((i * i * seed) % 251)) & 255),
    );
  expect((await ofContents(drawn(3), drawn(7))).causes[0]).toMatchObject({ source: "randomness" });
  const pointer = (value: bigint) => {
    const content = Buffer.alloc(32);
    content.writeBigUInt64LE(value, 8);
    return content;
  };
  const { causes } = await ofContents(pointer(0x7f3c5e0d1a40n), pointer(0x7f9a1b2c3d40n));
  expect(causes[0]).toMatchObject({ source: "uninitialised-memory" });
});

test.each([
  ["hostname", { host: { name: "alpha" } }, { host: { name: "buildbox" } }, "on alpha!\n", "on buildbox!\n"],
  [
    "kernel",
    { host: { kernel: "6.1.0-9" } },
    { host: { kernel: "6.18.3" } },
    "for 6.1.0-9\n",
    "for 6.18.3\n",
  ],
  [
    "username",
    { environment: { LOGNAME: "alice" } },
    { environment: { LOGNAME: "bob" } },
    "by alice\n",
    "by bob\n",
  ],
  [
    "environment",
    { environment: { HOME: "/home/al" } },
    { environment: { HOME: "/root" } },
    "c=/home/al/x\n",
    "c=/root/x\n",
  ],
  [
    "locale",
    { environment: { LANG: "de_DE" } },
    { environment: { LANG: "C.UTF-8" } },
    "l: de_DE\n",
    "l: C.UTF-8\n",
  ],
  ["cpu", { host: { cpus: 2 } }, { host: { cpus: 16 } }, "workers = 2\n", "workers = 16\n"],
  [
    "build-path",
    { segment: { directory: Buffer.from("/srv/one") } },
    { segment: { directory: Buffer.from("/var/tmp/second") } },
    "src=/srv/one/config\n",
    "src=/var/tmp/second/config\n",
  ],
] as [string, Own, Own, string, string][])(
  "%s: a value that each build has of its own",
  async (source, ownA, ownB, one, other) => {
    const found = await ofContents(one, other, { ...a, ...ownA }, { ...b, ...ownB });
    expect(causesOf(found)).toEqual([`${source}: ${hook}: /etc/x`]);
    expect(found.causes[0]!.confidence).toBe("high");
  },
);

test("one moment in two time zones is the time zone, also where summer time was", async () => {
  const [ownA, ownB] = [
    { ...a, environment: { TZ: "Europe/Berlin" } },
    { ...b, environment: { TZ: "America/New_York" } },
  ];
  const found = await ofContents("13.09.2020 14:26 CEST\n", "13.09.2020 08:26 EDT\n", ownA, ownB);
  expect(causesOf(found)).toEqual([`timezone: ${hook}: /etc/x`]);
});

test("SOURCE_DATE_EPOCH that was not the same is the environment's", async () => {
  const [ownA, ownB] = [1_700_000_000, 1_700_100_000].map((epoch) => ({
    environment: { SOURCE_DATE_EPOCH: String(epoch) },
  }));
  const found = await ofContents("e=1700000000\n", "e=1700100000\n", { ...a, ...ownA }, { ...b, ...ownB });
  expect(causesOf(found)).toEqual([`environment: ${hook}: /etc/x`]);
});

test("the number of the writer's process", async () => {
  expect(causesOf(await ofContents("pid 510\n", "pid 7510\n"))).toEqual([`process-id: ${hook}: /etc/x`]);
});

test("two sources in one file are two causes; what else differs beside them is none", async () => {
  const own = (name: string) => ({ host: { name } });
  const found = await ofContents(
    `on alpha at ${utc(timeA)}\nodd\n`,
    `on beta at ${utc(timeB)}\neven\n`,
    { ...a, ...own("alpha") },
    { ...b, ...own("beta") },
  );
  expect(causesOf(found).sort()).toEqual([`hostname: ${hook}: /etc/x`, `timestamp: ${hook}: /etc/x`]);
});

test("a digest of what differs is no randomness", async () => {
  const text = (time: number, digest: string) => `built=${time}\nsum=${digest}\n`;
  const found = await ofContents(
    text(timeA, "9f86d081884c7d659a2feaa0c55ad015"),
    text(timeB, "60303ae22b998861bce3b28f33eec1be"),
  );
  expect(causesOf(found)).toEqual([`timestamp: ${hook}: /etc/x`]);
});

test("containers are opened: the place is that of the member", async () => {
  const pack = (text: string) => gzipSync(Buffer.from(text));
  const { differences } = await ofContents(pack(`at ${utc(timeA)}\n`), pack(`at ${utc(timeB)}\n`));
  const [explained] = differences[0]!.explanations;
  expect(explained).toMatchObject({
    source: "timestamp",
    readings: [{ within: [expect.any(String)], a: { line: 1 } }],
  });
});

test("a gzip whose header alone has a time", async () => {
  const pack = (time: number) => {
    const content = gzipSync(Buffer.from("always the same\n"));
    content.writeUInt32LE(time, 4);
    return content;
  };
  expect(causesOf(await ofContents(pack(timeA), pack(timeB)))).toEqual([`timestamp: ${hook}: /etc/x`]);
});

test("a tar whose members are the same differs in its own data about them", async () => {
  const tar = (time: number) => {
    const header = Buffer.alloc(512);
    header.write("./x", 0);
    header.write("0000644\x000000000\x000000000\x0000000000002\x00", 100, "latin1");
    header.write(`${time.toString(8)}\0        0`, 136, "latin1");
    header.write("ustar\x0000", 257, "latin1");
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    const data = Buffer.alloc(512);
    data.write("x\n");
    return Buffer.concat([header, data, Buffer.alloc(1024)]);
  };
  expect(causesOf(await ofContents(tar(timeA), tar(timeB)))).toEqual([`archive-metadata: ${hook}: /etc/x`]);
});

test("hostile contents are bounded: a line that repeats a host's name, digits without end, a bomb", async () => {
  const [ownA, ownB] = [
    { ...a, host: { name: "alpha" } },
    { ...b, host: { name: "beta" } },
  ];
  const lines = (name: string, last: string) => [
    `${`${name} `.repeat(200_000)}${last}`,
    `${"1".repeat(300_000)}${last}`,
    `${"Mon, 1 Jan ".repeat(50_000)}${last}`,
    `${"a-".repeat(300_000)}=${last}`,
    "x\n".repeat(300_000) + last,
  ];
  const found = await ofContents(lines("alpha", "1").join("\n"), lines("beta", "2").join("\n"), ownA, ownB);
  expect(found.causes.map(({ paths }) => paths)).toEqual([["/etc/x"]]);
  const bomb = (last: string) => gzipSync(Buffer.concat([Buffer.alloc(256 << 20), Buffer.from(last)]));
  const { causes } = await ofContents(bomb("yes"), bomb("no!"));
  expect(causes).toMatchObject([{ paths: ["/etc/x"], confidence: "low" }]);
});

test("a binary time is one also where its bytes are printable, and stand behind a text", async () => {
  const index = (time: number) => {
    const content = Buffer.from(`INDEXNAME....${"\0".repeat(8)}`, "latin1");
    content.writeUInt32LE(time, 9);
    return content;
  };
  // 0x69242441 and 0x69252442: the bytes that differ are letters.
  const [one, other] = [0x69242441, 0x69252442];
  const found = await ofContents(index(one), index(other), { at: one }, { at: other, pid: 7500 });
  expect(causesOf(found)).toEqual([`timestamp: ${hook}: /etc/x`]);
});
