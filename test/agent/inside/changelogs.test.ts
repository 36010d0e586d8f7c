import { mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Inside } from "../../../agent/inside/inside.ts";
import { type Binary, nothingAsked } from "../../../agent/inside/protocol.ts";

let top: string;
let docs: string;
let inside: Inside;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-changelogs-"));
  docs = join(top, "chroot/usr/share/doc");
  mkdirSync(docs, { recursive: true });
  inside = new Inside(() => openSync(join(top, "chroot"), "r"));
});

afterEach(async () => {
  await inside.close();
  rmSync(top, { recursive: true });
});

function entry(source: string, version: string, change = "Change."): string {
  return `${source} (${version}) sid; urgency=low\n\n  * ${change}\n\n -- A <a@b>  Mon, 01 Jan 2024 00:00:00 +0000\n`;
}

/** Writes a file of a package's documentation; packed if it is called so. */
function doc(path: string, text: string | Buffer): void {
  mkdirSync(join(docs, path, ".."), { recursive: true });
  writeFileSync(join(docs, path), path.endsWith(".gz") && typeof text === "string" ? gzipSync(text) : text);
}

function binary(name: string, facts: Partial<Binary> = {}): Binary {
  return { name, version: "1-1", architecture: "amd64", source: name, sourceVersion: "1-1", ...facts };
}

async function read(...changelogs: Binary[]): Promise<{ told: (string | undefined)[]; losses: string[] }> {
  const { changelogs: found, losses } = await inside.survey({ ...nothingAsked, changelogs });
  const told = found.map((each) =>
    each === undefined ? undefined : `${Buffer.from(each.text).toString("latin1")}${each.cut ? "(cut)" : ""}`,
  );
  return { told, losses };
}

describe("changelogs of installed packages", () => {
  it("are found packed or not, of native packages and others; upstream's are none, nor is none a loss", async () => {
    doc("packed/changelog.Debian.gz", entry("packed", "1-1", "\xe9"));
    doc("plain/changelog.Debian", entry("plain", "1-1"));
    doc("native/changelog.gz", entry("native-source", "1"));
    doc("upstream/changelog.gz", "2024-01-01  A  <a@b>\n\n\t* a.c: b\n");
    doc("other/changelog.gz", entry("somebody-elses", "1"));
    mkdirSync(join(docs, "empty"));
    const native = binary("native", { source: "native-source" });
    const names = ["packed", "plain", "upstream", "other", "empty", "excluded"].map((name) => binary(name));
    expect(await read(...names, native)).toEqual({
      told: [
        Buffer.from(entry("packed", "1-1", "\xe9")).toString("latin1"),
        entry("plain", "1-1"),
        ...[undefined, undefined, undefined, undefined],
        entry("native-source", "1"),
      ],
      losses: [],
    });
  });

  it("of a rebuild begin with the rebuild's own entry", async () => {
    doc("a/changelog.Debian.gz", entry("a", "1-1"));
    doc("a/changelog.Debian.amd64.gz", entry("a", "1-1+b2", "Rebuild."));
    const { told } = await read(binary("a", { version: "1-1+b2" }));
    expect(told).toEqual([`${entry("a", "1-1+b2", "Rebuild.")}\n${entry("a", "1-1")}`]);
  });

  it("of one source are told once, by the first package that has it, also by a link to another's directory", async () => {
    doc("base/changelog.Debian.gz", entry("src", "1-1"));
    symlinkSync("base", join(docs, "linked"));
    const of = { source: "src" };
    const asked = [binary("none", of), binary("linked", of), binary("base", of)];
    expect(await read(...asked)).toEqual({ told: [undefined, entry("src", "1-1"), undefined], losses: [] });
  });

  it("are read in part where they are long, and marked", async () => {
    const all = Array.from({ length: 20_000 }, (_, i) => entry("long", `${20_000 - i}-1`, `${Math.sin(i)}`));
    doc("long/changelog.Debian.gz", all.join("\n"));
    const { told, losses } = await read(binary("long"));
    expect(losses).toEqual([]);
    expect(told[0]).toMatch(/^long \(20000-1\)/);
    expect(told[0]).toMatch(/ \+0000\n\n\(cut\)$/);
    expect(told[0]!.length).toBeGreaterThan(7000);
    expect(told[0]!.length).toBeLessThan(8200);
  });
});

describe("hostile documentation", () => {
  it("that unpacks to a thousand times its size, or is damaged, is lost and counted, and the others are read", async () => {
    execaSync("sh", [
      "-c",
      `mkdir ${docs}/bomb; head -c 64M /dev/zero | gzip > ${docs}/bomb/changelog.Debian.gz`,
    ]);
    doc("text/changelog.Debian.gz", Buffer.from("not packed"));
    doc("short/changelog.Debian.gz", gzipSync(entry("short", "1-1")).subarray(0, 60));
    const damaged = gzipSync(entry("damaged", "1-1"));
    damaged.writeUInt32LE(1, damaged.length - 8);
    doc("damaged/changelog.Debian.gz", damaged);
    doc("good/changelog.Debian.gz", entry("good", "1-1"));
    const { told, losses } = await read(
      ...["bomb", "text", "short", "damaged", "good"].map((name) => binary(name)),
    );
    expect(told).toEqual([undefined, undefined, undefined, undefined, entry("good", "1-1")]);
    expect(losses.map((each) => each.replace(/^\/usr\/share\/doc\//, ""))).toEqual([
      expect.stringMatching(/^bomb\/changelog\.Debian\.gz: .*larger than 1048576 bytes/),
      "text/changelog.Debian.gz: incorrect header check",
      "short/changelog.Debian.gz: unexpected end of file",
      "damaged/changelog.Debian.gz: incorrect data check",
    ]);
  });

  it("shows nothing of the host by links, nor of another place by a package's name, and no loop holds it up", async () => {
    const host = join(top, "host");
    mkdirSync(host);
    writeFileSync(join(host, "changelog.Debian"), entry("secret", "1-1"));
    symlinkSync(host, join(docs, "absolute"));
    symlinkSync("../../../../../../../../host", join(docs, "relative"));
    symlinkSync("loop", join(docs, "loop"));
    mkdirSync(join(docs, "file"));
    symlinkSync(join(host, "changelog.Debian"), join(docs, "file/changelog.Debian"));
    mkdirSync(join(top, "chroot/etc"));
    writeFileSync(join(top, "chroot/etc/changelog.Debian"), entry("secret", "1-1"));
    const names = ["absolute", "relative", "loop", "file", "../../../etc", "..", "a/../base"];
    const { told, losses } = await read(...names.map((name) => binary(name)));
    expect(told).toEqual(names.map(() => undefined));
    expect(losses).toEqual(["/usr/share/doc/loop/changelog.Debian.gz: ELOOP"]);
  });

  it("of very many packages is told of without text beyond a bound, and marked", async () => {
    const long = entry("a", "1-1", `${"x".repeat(60)}\n`.repeat(500));
    doc("a/changelog.Debian", long);
    const asked = Array.from({ length: 400 }, (_, i) => binary("a", { sourceVersion: `${i}` }));
    const { told } = await read(...asked);
    expect(told.filter((each) => each === long).length).toBe(Math.floor((8 << 20) / long.length));
    expect(told.at(-1)).toBe("(cut)");
  });
});
