import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { expect, test } from "vitest";
import { RecordedContents } from "../../../../agent/probe/image/recorded-contents.ts";
import { EventEncoder } from "../../../../proto/encoder.ts";
import { type ContentEvent, type EntryEvent, type Event, operation } from "../../../../proto/events.ts";
import { Build, writer } from "./lib/build.ts";
import { scratch } from "./lib/scratch.ts";
import { cpio, makeSystem } from "./lib/system.ts";

const top = scratch();
const packer = writer(["mksquashfs", "chroot", "filesystem.squashfs", "-comp", "zstd"]);

function contentsOf(events: Event[]): ContentEvent[] {
  return events.filter((event) => event.kind === "content");
}

function bytesOf(events: Event[]): Buffer {
  const encoder = new EventEncoder();
  for (const event of events) encoder.add(event);
  return Buffer.from(encoder.finish());
}

test("a build's contents are in the recording once, the members of its initial RAM disk once, and no secret is", async () => {
  const directory = join(top, "build");
  mkdirSync(directory);
  const build = new Build(directory, ["chroot/chroot", "binary/live"]);
  const at = (path: string) => join(directory, path);
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const secrets = [
    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC",
    "correct horse battery",
    pem.split("\n")[1]!,
  ];
  mkdirSync(join(top, "initrd"));
  writeFileSync(join(top, "initrd/keyfile"), pem);
  writeFileSync(join(top, "initrd/conf"), "of the initial RAM disk");
  const initrd = gzipSync(await cpio(join(top, "initrd"), ["keyfile", "conf"]));
  makeSystem(
    at("chroot/chroot"),
    { "/usr/bin/tool": "shipped" },
    {
      "/boot/initrd.img-6.1": initrd,
      "/etc/hostname": "debian\n",
      "/etc/shadow": `root:${secrets[0]}:19675:0:99999:7:::\n`,
      "/etc/ssh/ssh_host_ed25519_key": pem,
      "/etc/app.conf": `key: |\n  ${pem.replaceAll("\n", "\n  ")}`,
      "/root/.netrc": `machine h password ${secrets[1]}\n`,
      "/var/backups/shadow.gz": gzipSync(`root:${secrets[0]}:1:\n`),
    },
  );
  writeFileSync(at("binary/live/initrd.img"), initrd);
  writeFileSync(at("binary/hostname"), "debian\n");
  await execa("mksquashfs", ["chroot", "filesystem.squashfs", "-comp", "zstd", "-no-progress"], {
    cwd: at("chroot"),
  });
  build.probe.notice(build.node("chroot"), "filesystem.squashfs", operation.create | operation.write, packer);
  renameSync(at("chroot/filesystem.squashfs"), at("binary/live/filesystem.squashfs"));
  await build.probe.finish("ended");

  expect(build.losses).toEqual([]);
  const recorded = bytesOf(build.events);
  expect(recorded.includes("of the initial RAM disk")).toBe(true);
  for (const secret of secrets) expect(recorded.includes(secret)).toBe(false);
  const contents = contentsOf(build.events);
  const withheld = contents.filter(({ omitted }) => omitted === "secret");
  expect(withheld.map(({ data }) => Buffer.from(data).toString()).sort()).toEqual([
    ...Array(5).fill(""), // key, .netrc, app.conf, the backup, the initrd with the key in it
    `root:${"*".repeat(secrets[0]!.length)}:19675:0:99999:7:::\n`,
  ]);
  expect(new Set(contents.map(({ sha256 }) => Buffer.from(sha256).toString("hex"))).size).toBe(
    contents.length,
  );
  const packed = contents.find(({ data }) => Buffer.from(data).toString("latin1", 0, 4) === "hsqs")!;
  expect([packed.omitted, packed.data.length]).toEqual(["size", 96]);
  const members = build.events.filter(
    (event): event is EntryEvent => event.kind === "entry" && event.within.length > 0,
  );
  expect(
    members.map(({ image, within, path }) => `${image} ${Buffer.from(within)} ${Buffer.from(path)}`),
  ).toEqual(["1 /boot/initrd.img-6.1 /keyfile", "1 /boot/initrd.img-6.1 /conf"]);
  for (const id of [1, 2]) {
    const own = build.events.filter(
      (event) => event.kind === "entry" && event.image === id && event.within.length === 0,
    );
    const end = build.events.find(
      (event) => event.kind === "image" && event.id === id && event.state === "end",
    );
    expect(end).toMatchObject({ entries: own.length });
  }
});

test("of a content that was left out, a later image can bring more; no other comes twice", () => {
  const events: Event[] = [];
  const contents = new RecordedContents({ emit: (event) => events.push(event), time: () => 7 });
  const data = Buffer.from("d");
  const left = { sha256: "\x01", size: 1, data: Buffer.alloc(0), omitted: "budget" } as const;
  contents.record([left, { ...left, sha256: "\x02" }]);
  contents.record([left, { ...left, data, omitted: "" }, { ...left, data, omitted: "" }]);
  contents.record([left, { ...left, omitted: "secret" }]);
  expect(contentsOf(events).map(({ sha256, omitted }) => [sha256[0], omitted])).toEqual([
    [1, "budget"],
    [2, "budget"],
    [1, ""],
  ]);
});
