import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimeMatch } from "../../../../collector/nondeterminism/values/match.ts";
import { valuesIn } from "../../../../collector/nondeterminism/values/values.ts";
import { epoch, facts, middle } from "../support/subject.ts";

function timesIn(content: string | Buffer, with_ = facts): TimeMatch[] {
  const buffer = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  return valuesIn(buffer, with_).filter((match) => match.kind === "time");
}

function date(seconds: number, format: string, environment: Record<string, string> = {}): string {
  const env = { LC_ALL: "C", TZ: "UTC", ...environment };
  const { stdout } = spawnSync("/bin/date", ["-d", `@${seconds}`, ...(format === "" ? [] : [format])], {
    env,
  });
  return stdout.toString("latin1").trimEnd();
}

const exact: readonly [string, string][] = [
  ["default output", ""],
  ["ctime", "+%c"],
  ["asctime with a zone", "+%a %b %e %H:%M:%S %Z %Y"],
  ["twelve hours, zone before the year", "+%a %b %d %I:%M:%S %p %Z %Y"],
  ["twelve hours, year first", "+%a %d %b %Y %I:%M:%S %p %Z"],
  ["RFC 2822", "-R"],
  ["RFC 3339", "--rfc-3339=seconds"],
  ["ISO 8601", "-Iseconds"],
  ["ISO 8601 with nanoseconds", "-Ins"],
  ["ISO 8601 with minutes", "-Iminutes"],
  ["ISO 8601 with Z", "+%Y-%m-%dT%H:%M:%SZ"],
  ["ISO 8601 with a fraction", "+%Y-%m-%dT%H:%M:%S.%3NZ"],
  ["ISO 8601 basic", "+%Y%m%dT%H%M%SZ"],
  ["digits", "+%Y%m%d%H%M%S"],
  ["digits to the minute", "+%Y%m%d-%H%M"],
  ["with a blank", "+%Y-%m-%d %H:%M:%S"],
  ["with slashes", "+%Y/%m/%d %H:%M"],
  ["for a file name", "+%Y-%m-%d_%H-%M-%S"],
  ["gettext", "+%Y-%m-%d %H:%M%z"],
  ["HTTP", "+%a, %d %b %Y %H:%M:%S GMT"],
  ["RFC 850", "+%A, %d-%b-%y %H:%M:%S GMT"],
  ["Apache", "+%d/%b/%Y:%H:%M:%S %z"],
  ["US style", "+%m/%d/%Y %I:%M:%S %p"],
  ["US style, short", "+%D %R"],
  ["in words", "+%B %d, %Y %H:%M"],
  ["C's __DATE__ and __TIME__", "+%b %e %Y %H:%M:%S"],
  ["German style", "+%d.%m.%Y %H:%M:%S"],
  ["syslog", "+%b %e %H:%M:%S"],
  ["ls", "+%b %e %H:%M"],
  ["ASN.1 UTCTime", "+%y%m%d%H%M%SZ"],
  ["TeX's log", "+%-d %^b %Y %H:%M"],
  ["seconds", "+%s"],
  ["seconds with a fraction", "+%s.%N"],
  ["milliseconds", "+%s%3N"],
  ["microseconds", "+%s%6N"],
  ["nanoseconds", "+%s%N"],
];

describe("times in texts", () => {
  it.each(exact)("date's %s is found where it stands, exact to the minute", (_, format) => {
    const text = date(middle, format);
    const [match, ...more] = timesIn(`made on ${text}, by hand\n`);
    expect(more).toEqual([]);
    expect(match).toMatchObject({ kind: "time", form: "text" });
    expect(Math.abs(match!.time - middle * 1e6)).toBeLessThan(60e6);
    expect(match!.resolution).toBeLessThanOrEqual(60e6);
    expect(match!.offset).toBeGreaterThanOrEqual("made on ".length);
    expect(match!.offset + match!.length).toBeLessThanOrEqual("made on ".length + text.length);
  });

  it.each(exact)("SOURCE_DATE_EPOCH as date's %s is none, also within the build's time", (_, format) => {
    const within = { ...facts, epoch: middle };
    expect(timesIn(`made on ${date(middle, format)}, by hand\n`, within)).toEqual([]);
    expect(timesIn(`made on ${date(epoch, format)}, by hand\n`)).toEqual([]);
  });

  it.each(exact)("hours before or after as date's %s is none", (_, format) => {
    for (const hours of [-2, 3]) {
      expect(timesIn(`made on ${date(middle + hours * 3600, format)}, by hand\n`)).toEqual([]);
    }
  });

  it.each([
    ["ISO 8601", "+%Y-%m-%d"],
    ["digits", "+%Y%m%d"],
    ["TeX's banner", "+%Y.%-m.%-d"],
    ["US style", "+%m/%d/%Y"],
    ["in words", "+%B %-d, %Y"],
    ["in words, day first", "+%-d %B %Y"],
    ["C's __DATE__", "+%b %e %Y"],
  ])("the day as %s is found, and told apart from a time", (_, format) => {
    const [match, ...more] = timesIn(`Built: ${date(middle, format)}\n`);
    expect(more).toEqual([]);
    expect(match?.resolution).toBe(86_400e6);
    expect(timesIn(`Built: ${date(middle, format)}\n`, { ...facts, epoch: middle - 3600 })).toEqual([]);
    expect(timesIn(`Built: ${date(middle - 2 * 86_400, format)}\n`)).toEqual([]);
  });

  it("an offset is taken into account, and local time of the builder's zone is known", () => {
    const zone = { TZ: "Europe/Paris" };
    for (const format of ["-Iseconds", "-R", "+%Y-%m-%d %H:%M:%S %z"]) {
      expect(timesIn(date(middle, format, zone))).toMatchObject([{ time: middle * 1e6 }]);
    }
    for (const format of ["+%c", "+%Y-%m-%d %H:%M:%S", "+%b %e %H:%M:%S"]) {
      expect(timesIn(date(middle, format, zone))).toMatchObject([{ time: middle * 1e6, zone: "local" }]);
    }
    expect(timesIn(date(middle, "+%c", { TZ: "Asia/Tokyo" }))).toEqual([]);
  });

  it("a number of which it is a part is none", () => {
    for (const text of [`9${middle}`, `${middle}9`, `${middle}${middle}`, `0x${middle}99999`]) {
      expect(timesIn(`serial ${text};\n`)).toEqual([]);
    }
  });

  it("seconds in hexadecimal are found as a word", () => {
    const hex = middle.toString(16);
    expect(timesIn(`id: ${hex}\n`)).toMatchObject([{ offset: 4, length: 8, form: "number" }]);
    expect(timesIn(`id: 0x${hex.toUpperCase()}\n`)).toMatchObject([{ offset: 6 }]);
    expect(timesIn(`id: ${hex}1f3a9\n`)).toMatchObject([{ length: 13 }]);
    expect(timesIn(`id: a${hex}\nid: ${hex}00\n`)).toEqual([]);
  });
});

const binary: readonly [string, number, (buffer: Buffer, at: number, seconds: number) => void, number][] = [
  ["seconds, 32 bits, little endian", 4, (b, at, t) => b.writeUInt32LE(t, at), 1e6],
  ["seconds, 32 bits, big endian", 4, (b, at, t) => b.writeUInt32BE(t, at), 1e6],
  ["seconds, 64 bits, little endian", 8, (b, at, t) => b.writeBigUInt64LE(BigInt(t), at), 1e6],
  ["seconds, 64 bits, big endian", 8, (b, at, t) => b.writeBigUInt64BE(BigInt(t), at), 1e6],
  [
    "milliseconds, 64 bits, little endian",
    8,
    (b, at, t) => b.writeBigUInt64LE(BigInt(t) * 1000n + 574n, at),
    1e6,
  ],
  [
    "milliseconds, 64 bits, big endian",
    8,
    (b, at, t) => b.writeBigUInt64BE(BigInt(t) * 1000n + 574n, at),
    1e6,
  ],
  [
    "microseconds, 64 bits, little endian",
    8,
    (b, at, t) => b.writeBigUInt64LE(BigInt(t) * 1000000n + 5n, at),
    1e3,
  ],
  [
    "microseconds, 64 bits, big endian",
    8,
    (b, at, t) => b.writeBigUInt64BE(BigInt(t) * 1000000n + 5n, at),
    1e3,
  ],
  [
    "nanoseconds, 64 bits, little endian",
    8,
    (b, at, t) => b.writeBigUInt64LE(BigInt(t) * 10n ** 9n + 7n, at),
    1e3,
  ],
  [
    "nanoseconds, 64 bits, big endian",
    8,
    (b, at, t) => b.writeBigUInt64BE(BigInt(t) * 10n ** 9n + 7n, at),
    1e3,
  ],
  [
    "FILETIME (100 ns since 1601), little endian",
    8,
    (b, at, t) => b.writeBigUInt64LE((BigInt(t) + 11_644_473_600n) * 10n ** 7n, at),
    1e3,
  ],
  ["seconds, double, little endian", 8, (b, at, t) => b.writeDoubleLE(t + 0.25, at), 1e6],
  ["seconds, double, big endian", 8, (b, at, t) => b.writeDoubleBE(t + 0.25, at), 1e6],
];

describe("times in binary data", () => {
  it.each(binary)("%s: found at its offset among other bytes", (encoding, length, write, tolerance) => {
    const place = fc.record({
      before: fc.uint8Array({ minLength: 16, maxLength: 80 }),
      after: fc.uint8Array({ minLength: 16, maxLength: 80 }),
      seconds: fc.integer({ min: middle - 300, max: middle + 299 }),
    });
    fc.assert(
      fc.property(place, ({ before, after, seconds }) => {
        const value = Buffer.alloc(length);
        write(value, 0, seconds);
        // What stands around it does not make it wider, and it is no text.
        const content = Buffer.concat([
          Buffer.from([0]),
          before,
          Buffer.from([1]),
          value,
          Buffer.from([1]),
          after,
        ]);
        const found = timesIn(content).find((match) => match.offset === before.length + 2);
        expect(found).toMatchObject({ encoding, length });
        expect(Math.abs(found!.time - seconds * 1e6)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });

  it.each(binary)("%s: before and after the build, and SOURCE_DATE_EPOCH, are none", (_, length, write) => {
    for (const seconds of [middle - 3600, middle + 3600, epoch, 0]) {
      const content = Buffer.alloc(64);
      write(content, 24, seconds);
      expect(timesIn(content)).toEqual([]);
    }
    const content = Buffer.alloc(64);
    write(content, 24, middle);
    if (length === 4) expect(timesIn(content, { ...facts, epoch: middle })).toEqual([]);
  });

  it("a build over midnight and over a power of two has its pairs of bytes", () => {
    const turn = Math.ceil(middle / 65_536) * 65_536;
    const over = { ...facts, from: (turn - 5) * 1e6, to: (turn + 5) * 1e6 };
    for (const seconds of [turn - 4, turn, turn + 4]) {
      const content = Buffer.alloc(64);
      content.writeUInt32LE(seconds, 8);
      content.writeBigUInt64BE(BigInt(seconds) * 1000n, 32);
      expect(timesIn(content, over).map(({ offset }) => offset)).toEqual([8, 32]);
    }
  });
});

it("a scan is bounded and linear: many matches, and texts that begin like matches all the way", () => {
  const pieces = [
    `${middle}\n`,
    "2026-11-24",
    "Nov 24 ",
    "20",
    "26",
    "-4",
    "0x7f",
    "11/24/",
    " Nov 24 09:36 ",
    "1 Nov ",
  ];
  for (const piece of pieces) {
    const content = Buffer.alloc(1 << 20, piece, "latin1");
    expect(valuesIn(content, facts).length).toBeLessThanOrEqual(1024);
  }
});
