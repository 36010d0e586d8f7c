import { describe, expect, it } from "vitest";
import type { Observation } from "../../../../collector/nondeterminism/finding.ts";
import { cpioOf } from "../support/cpio.ts";
import { epoch, facts, middle, observe, subject } from "../support/subject.ts";
import { hasProgram, made, now } from "../support/tools.ts";

function timesOf(observations: readonly Observation[]): string[] {
  return observations
    .filter(({ source }) => source === "timestamp" || source === "archive-metadata")
    .map(
      ({ source, confidence, place }) =>
        `${source} ${confidence} ${place?.within.join("/")}@${place?.offset} ${place?.meaning.replace(/^\S+, /, "")}`,
    );
}

const old = "touch -d @1600000000";
const byTools: readonly [string, string, string, string, string][] = [
  [
    "gzip",
    "gzip",
    "echo x > f; gzip f",
    "f.gz",
    "timestamp high @4 seconds, 32 bits, little endian, header of gzip",
  ],
  ["zip", "zip", `echo x > f; zip -X f.zip f`, "f.zip", "archive-metadata high @"],
  [
    "zip, extended timestamp",
    "zip",
    "echo x > f; zip f.zip f",
    "f.zip",
    "extended timestamp of a member of zip",
  ],
  ["jar", "jar", "echo x > f; jar cf f.jar f", "f.jar", "archive-metadata high @"],
  [
    "tar",
    "tar",
    "echo x > f; tar cf f.tar f",
    "f.tar",
    "archive-metadata high @136 seconds, octal, member of tar",
  ],
  [
    "tar, pax",
    "tar",
    "echo x > f; tar cf f.tar --format=pax f",
    "f.tar",
    "seconds, decimal, member of tar (pax)",
  ],
  [
    "tar within gzip",
    "tar",
    `echo x > f; tar c f | gzip -n > f.tgz`,
    "f.tgz",
    "archive-metadata high gzip@136",
  ],
  ["tar within xz", "xz", `echo x > f; tar c f | xz > f.txz`, "f.txz", "archive-metadata high xz@136"],
  ["ar", "ar", "echo x > f; ar rcU f.a f", "f.a", "archive-metadata high @24 seconds, decimal, member of ar"],
  ["a text in a tar", "tar", `date > f; ${old} f; tar cf f.tar f`, "f.tar", "timestamp high f@4 asctime"],
  ["a text in a zip in a gzip", "zip", `date -R > f; ${old} f; zip -q -X - f | gzip -n > z`, "z", "gzip/f@"],
  [
    "a compiled Python module",
    "python3",
    "echo x=1 > f.py; python3 -m compileall -q -b f.py",
    "f.pyc",
    "timestamp high @8 seconds",
  ],
  ["squashfs", "mksquashfs", "mkdir d; mksquashfs d f -quiet", "f", "archive-metadata high @8 seconds"],
  [
    "ISO 9660",
    "xorriso",
    "mkdir d; echo x > d/x; xorriso -as mkisofs -o f d",
    "f",
    "digits, volume descriptor of ISO 9660",
  ],
  [
    "a Java key store",
    "keytool",
    "keytool -genkeypair -keyalg EC -alias a -dname CN=a -storetype JKS -keystore f -storepass 123456 -keypass 123456",
    "f",
    "timestamp high @19 milliseconds, 64 bits, big endian, Java key store entry",
  ],
  [
    "PKCS 12 by Java",
    "keytool",
    "keytool -genkeypair -keyalg EC -alias a -dname CN=a -storetype PKCS12 -keystore f -storepass 123456",
    "f",
    "milliseconds, decimal",
  ],
  [
    "a certificate",
    "openssl",
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out f -subj /CN=a",
    "f",
    "timestamp high @0 ASN.1 time",
  ],
  [
    "a certificate in DER",
    "openssl",
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -outform DER -out f -subj /CN=a",
    "f",
    "ASN.1 UTCTime",
  ],
  ["gettext", "xgettext", "echo 'gettext(\"a\");' > a.c; xgettext -o f a.c", "f", "timestamp high @"],
  [
    "SQLite, seconds",
    "sqlite3",
    "sqlite3 f \"create table t(a, b); insert into t values('x', unixepoch('now'));\"",
    "f",
    "seconds, 32 bits, big endian, column of an SQLite table",
  ],
  [
    "SQLite, milliseconds",
    "sqlite3",
    "sqlite3 f \"create table t(a, b); insert into t values(7, unixepoch('now')*1000);\"",
    "f",
    "milliseconds, 48 bits, big endian, column of an SQLite table",
  ],
  [
    "SQLite, text",
    "sqlite3",
    "sqlite3 f \"create table t(a, b); insert into t values(7, datetime('now'));\"",
    "f",
    "ISO 8601",
  ],
  [
    "Python's pickle",
    "python3",
    "python3 -c \"import pickle,time;pickle.dump(int(time.time()),open('f','wb'))\"",
    "f",
    "seconds, 32 bits, little endian",
  ],
  [
    "Python's marshal of time()",
    "python3",
    "python3 -c \"import marshal,time;marshal.dump({'t':time.time()},open('f','wb'))\"",
    "f",
    "seconds, double, little endian",
  ],
  [
    "an ldconfig aux-cache",
    "ldconfig",
    "mkdir -p etc var/cache/ldconfig usr/lib; cp /lib/x86_64-linux-gnu/libz.so.1 usr/lib/; echo /usr/lib > etc/ld.so.conf; ldconfig -r . || true; cp var/cache/ldconfig/aux-cache f",
    "f",
    "seconds, 64 bits, little endian",
  ],
  ["uuidgen -t", "uuidgen", "uuidgen -t > f", "f", "timestamp high @0 UUID of version 1"],
  ["an email", "date", 'echo "Date: $(date -R)" > f', "f", "RFC 2822"],
  ["ls -l", "ls", "touch x; ls -l x > f", "f", "month, day and time"],
  ["a day", "date", "date +%F > f", "f", "timestamp medium @0 ISO 8601, day"],
  [
    "a compiler's date",
    "gcc",
    "echo 'const char *d = __DATE__ \" \" __TIME__;' > a.c; gcc -c -o f a.c",
    "f",
    "timestamp high",
  ],
];

describe("times that tools put into their files are found, with what they are", () => {
  it.for(byTools)("%s", ([, program, script, file, wanted], { skip }) => {
    if (!hasProgram(program)) skip();
    const found = timesOf(observe(subject("/x/f.pyc", made(script, file)), now()));
    expect(found.join("\n")).toContain(wanted);
  });

  it("they are none a day later, or if they are SOURCE_DATE_EPOCH", () => {
    for (const [, program, script, file] of byTools) {
      if (!hasProgram(program) || /keytool|mksquashfs|xorriso|openssl|date \+%F|gcc|a\.c/.test(script))
        continue;
      const content = made(script, file);
      const later = now().from + 2 * 86_400e6;
      expect(
        timesOf(observe(subject("/x/f.pyc", content), { ...now(), from: later, to: later + 60e6 })),
      ).toEqual([]);
    }
  });
});

describe("formats that have no tool here", () => {
  it("cpio: the times of its members, and what those hold", () => {
    const content = cpioOf([
      { name: "a", data: "x", mtime: middle },
      { name: "b", data: new Date(middle * 1000).toUTCString(), mtime: epoch },
    ]);
    expect(timesOf(observe(subject("/boot/initrd.img", content)))).toEqual([
      "archive-metadata high @46 seconds, hexadecimal, member of cpio",
      expect.stringMatching(/^timestamp high b@\d+ RFC 2822$/),
    ]);
  });

  it("PE: of an EFI program", () => {
    const content = Buffer.alloc(256);
    content.write("MZ", 0);
    content.writeUInt32LE(0x80, 0x3c);
    content.write("PE\0\0", 0x80);
    content.writeUInt32LE(middle, 0x88);
    const [found, ...more] = timesOf(observe(subject("/binary/EFI/boot/bootx64.efi", content)));
    expect(found).toMatch(/^timestamp high @136 .*TimeDateStamp/);
    expect(more).toEqual([]);
  });

  it("FAT: of the files in the root directory, as local time", () => {
    const content = Buffer.alloc(16_384);
    content.writeUInt16LE(512, 11);
    content[13] = 4;
    content.writeUInt16LE(1, 14);
    content[16] = 2;
    content.writeUInt16LE(16, 17);
    content.writeUInt16LE(2, 22);
    content.write("FAT12   ", 54);
    content.writeUInt16LE(0xaa55, 510);
    const root = 512 * (1 + 2 * 2);
    content.write("EFI        ", root);
    const date = new Date(middle * 1000);
    const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
    const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
    content.writeUInt16LE(time, root + 22);
    content.writeUInt16LE(day, root + 24);
    expect(timesOf(observe(subject("/binary/boot/grub/efi.img", content)))).toEqual([
      `archive-metadata high @${root + 22} MS-DOS time and date, when a file of FAT was written`,
    ]);
  });

  it("shadow: the days of changes, of the build's day only", () => {
    const day = Math.floor(middle / 86_400);
    const text = `root:*:${day}:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n`;
    expect(timesOf(observe(subject("/etc/shadow", text, { isSecret: true })))).toEqual([
      "timestamp high @7 days, decimal, last change of a password in shadow(5)",
    ]);
    expect(observe(subject("/etc/other", text))).toEqual([]);
    expect(observe(subject("/etc/shadow", text), { epoch: middle - 3600 })).toEqual([]);
  });

  it("fontconfig: the directory's time in a cache", () => {
    const content = Buffer.alloc(256, 1);
    content.writeUInt32LE(0xfc02fc04, 0);
    content.writeUInt32LE(middle, 48);
    const [found] = timesOf(observe(subject("/var/cache/fontconfig/x-le64.cache-8", content)));
    expect(found).toMatch(/^timestamp high @48 .*fontconfig/);
  });
});

describe("what is believed", () => {
  it("32 bits among zeros are, alone less than together; in dense data they are not", () => {
    const structure = Buffer.from(
      Uint8Array.from({ length: 20_000 }, (_, i) => (i % 4 < 2 ? (i * 7919) >> 5 : 0)),
    );
    const confidences = (content: Buffer) =>
      observe(subject("/x", content)).map(({ confidence }) => confidence);
    structure.writeUInt32LE(middle, 4096);
    structure.writeUInt32LE(0x11223344, 4100);
    expect(confidences(structure)).toEqual(["medium"]);
    structure.writeUInt32LE(middle + 1, 8192);
    structure.writeUInt32LE(0x11223344, 8196);
    expect(confidences(structure)).toEqual(["high", "high"]);
    const dense = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, i) => (i * 7919) >> 5));
    dense.writeUInt32LE(middle, 4096);
    expect(observe(subject("/x", dense))).toEqual([]);
  });

  it("local time of the builder's zone is a finding of its own", () => {
    const observations = observe(subject("/x", "2026-11-24 10:36:40\n"));
    expect(observations.map(({ source }) => source)).toEqual(["timestamp", "timezone"]);
    expect(
      observe(subject("/x", "2026-11-24 10:36:40\n"), { timezone: "Etc/UTC", environment: new Map() }),
    ).toEqual([]);
  });

  it("places name the line of a text and the bytes, at most 64 of them", () => {
    const [{ place }] = observe(subject("/x", `a\nb\n# ${middle}.${"5".repeat(100)}\n`)) as [Observation];
    expect(place).toMatchObject({ within: [], line: 3, offset: 6, bytes: `${middle}.${"5".repeat(20)}` });
    expect(facts.epoch).toBe(epoch);
  });
});
