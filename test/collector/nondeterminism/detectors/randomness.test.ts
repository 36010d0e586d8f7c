import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cat, observe, relative, subject, uuidgen } from "../support/subject.ts";
import { hasProgram, made } from "../support/tools.ts";

const uuid = `UUID=${randomUUID()}\n`;
const python = (bytes: number) =>
  relative(["/usr/bin/python3.11", "x.py"], [{ what: "getrandom", bytes, flags: 1 }]);
const perl = (count: number) => relative(["/usr/bin/perl", "x.pl"], [{ what: "/dev/urandom", count }]);

function confidencesOf(content: string | Buffer, family = [uuidgen], path = "/etc/x"): string[] {
  return observe(subject(path, content, { family })).map(
    ({ source, confidence }) => `${source} ${confidence}`,
  );
}

describe("a random UUID counts as much as what its writers drew", () => {
  it.each([
    ["uuidgen wrote it", [uuidgen], "high"],
    ["uuidgen ran in the writer's pipeline", [cat, { ...uuidgen, role: "beside" as const }], "high"],
    ["the writer had started uuidgen", [cat, { ...uuidgen, role: "child" as const }], "high"],
    ["the shell had run uuidgen before", [cat, { ...uuidgen, role: "before" as const }], "medium"],
    [
      "it read the kernel's uuid",
      [relative(["/bin/cat"], [{ what: "/proc/sys/kernel/random/uuid" }])],
      "high",
    ],
    ["Python drew 16 bytes more than for its hashes", [python(40)], "high"],
    ["Python only imported random", [python(24 + 2496)], "medium"],
    ["perl opened /dev/urandom once more than for its hashes", [perl(3)], "medium"],
  ])("%s", (_, family, confidence) => {
    expect(confidencesOf(uuid, family)).toContain(`randomness ${confidence}`);
  });

  it.each([
    ["cat drew nothing", [cat]],
    ["Python drew for its hashes", [python(24)]],
    ["perl drew for its hashes", [perl(2)]],
    [
      "systemd drew for its hash tables",
      [relative(["/usr/bin/systemctl"], [{ what: "getrandom", bytes: 16, flags: 4 }])],
    ],
    [
      "GnuTLS asked whether there are random numbers",
      [relative(["/usr/bin/x"], [{ what: "getrandom", bytes: 1, flags: 1 }])],
    ],
    ["mktemp drew for a name", [relative(["/usr/bin/mktemp"], [{ what: "getrandom", bytes: 16 }])]],
    ["malloc drew", [relative(["/usr/bin/x"], [{ what: "getrandom-glibc", bytes: 8 }])]],
  ])("%s: none", (_, family) => {
    expect(confidencesOf(uuid, family)).toEqual([]);
  });

  it("where it was not recorded who drew, it is a guess", () => {
    const observations = observe(subject("/etc/x", uuid), { areNeedsRecorded: false });
    expect(observations).toMatchObject([{ source: "randomness", confidence: "low" }]);
  });
});

describe("other random values", () => {
  const token = (bytes: number) => randomBytes(bytes).toString("hex");

  it.each([
    ["128 bits in hexadecimal", `id=${token(16)}\n`, "randomness high"],
    ["a password", "password: kJ3x9QmZ2vT7bW1p\n", "randomness high"],
    ["40 bits in hexadecimal", "id = a1b2c3d4e5\n", "randomness medium"],
    [
      "an ssh key",
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${token(22)}J3x9QmZ2vT7bW1p root@x\n`,
      "randomness high",
    ],
  ])("%s", (_, text, wanted) => {
    expect(confidencesOf(text)).toContain(wanted);
    expect(confidencesOf(text, [cat])).toEqual([]);
  });

  it("random bytes and nothing else, of who drew them", () => {
    const dd = relative(["/bin/dd", "if=/dev/urandom"], [{ what: "/dev/urandom" }]);
    expect(confidencesOf(randomBytes(512), [dd], "/var/lib/seed")).toEqual(["randomness high"]);
    expect(confidencesOf(randomBytes(512), [cat], "/var/lib/seed")).toEqual([]);
    expect(confidencesOf(Buffer.alloc(512, "abc\0"), [dd], "/var/lib/seed")).toEqual([]);
  });

  it("numbers in a small file, of a program that draws", () => {
    const shuf = relative(
      ["/usr/bin/shuf", "-i", "1-65535", "-n", "1"],
      [{ what: "getrandom", bytes: 4096 }],
    );
    expect(confidencesOf("40217\n", [shuf])).toEqual(["randomness medium"]);
    expect(confidencesOf(" 9f 01 a4 33\n", [relative(["/usr/bin/od"], [{ what: "/dev/urandom" }])])).toEqual([
      "randomness medium",
    ]);
    expect(confidencesOf("40217\n", [cat])).toEqual([]);
  });

  it("a machine's id, of what makes one; a copied one is not", () => {
    const setup = relative(["/bin/systemd-machine-id-setup"], [{ what: "getrandom", bytes: 16, flags: 4 }]);
    const id = `${token(16)}\n`;
    expect(confidencesOf(id, [setup], "/etc/machine-id")).toEqual(["randomness high"]);
    expect(confidencesOf(id, [relative(["/bin/dbus-uuidgen"])], "/var/lib/dbus/machine-id")).toEqual([
      "randomness high",
    ]);
    expect(confidencesOf(id, [cat], "/etc/machine-id")).toEqual([]);
    expect(confidencesOf("", [setup], "/etc/machine-id")).toEqual([]);
  });

  it("a secret, of which nothing is recorded, by who wrote it", () => {
    const of = (family = [uuidgen]) =>
      observe(subject("/etc/ssh/ssh_host_rsa_key", undefined, { isSecret: true, family }));
    expect(of()).toMatchObject([{ source: "randomness", confidence: "high", place: undefined }]);
    expect(of([cat])).toEqual([]);
  });

  it("a build-id that the linker drew; one of the content is not", () => {
    const link = (id: string) => `echo 'int main(void){return 0;}' > a.c; gcc -o f a.c -Wl,--build-id=${id}`;
    const ld = relative(["/usr/bin/ld"], [{ what: "/dev/urandom" }]);
    if (!hasProgram("gcc")) return;
    expect(confidencesOf(made(link("uuid"), "f"), [ld])).toContain("randomness high");
    expect(confidencesOf(made(link("sha1"), "f"), [ld])).toEqual([]);
  });

  it("an address of a process, as a printed object has it", () => {
    expect(confidencesOf("HASH(0x55d0c8a7e2a0) <x at 0x7f3c5e0d1a40>\n", [cat])).toEqual([
      "uninitialised-memory medium",
      "uninitialised-memory medium",
    ]);
    expect(
      confidencesOf("0x7fffffffffff 0x555555555555 0xffffffffffff 0x7f3c5e0d 0xaaaaaaaaaaaa\n", [cat]),
    ).toEqual([]);
  });

  it("the name of a temporary file, in what somebody wrote who had asked for one", () => {
    const mktemp = relative(["/usr/bin/mktemp"], [], { role: "child" });
    expect(confidencesOf("log=/tmp/tmp.bUswRgfsFw\n", [cat, mktemp])).toEqual(["randomness high"]);
    expect(confidencesOf("log=/tmp/tmp.bUswRgfsFw\n", [cat])).toEqual([]);
  });

  it("the name of a temporary file that stayed", () => {
    const mktemp = relative(["/usr/bin/mktemp"]);
    expect(confidencesOf("x", [mktemp], "/var/lib/tmp.k3JxQmZ2vT")).toEqual(["randomness medium"]);
    expect(confidencesOf("x", [mktemp], "/var/lib/README")).toEqual([]);
    expect(confidencesOf("x", [cat], "/var/lib/tmp.k3JxQmZ2vT")).toEqual([]);
  });

  it("a name with a random UUID", () => {
    const path = `/var/cache/${randomUUID()}-le64.cache-7`;
    expect(confidencesOf("x", [uuidgen], path)).toEqual(["randomness high"]);
    expect(confidencesOf("x", [cat], path)).toEqual([]);
  });
});
