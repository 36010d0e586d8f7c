import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looksRandom } from "../../../../collector/nondeterminism/values/entropy.ts";
import { isText, Lines } from "../../../../collector/nondeterminism/values/text.ts";
import { tokensIn } from "../../../../collector/nondeterminism/values/tokens.ts";
import { valuesIn } from "../../../../collector/nondeterminism/values/values.ts";
import { facts } from "../support/subject.ts";

function factsIn(text: string, with_ = facts): string[] {
  const matches = valuesIn(Buffer.from(text, "latin1"), with_);
  return matches.flatMap((match) => (match.kind === "fact" ? [match.fact] : []));
}

describe("values of the machine", () => {
  it.each([
    ["hostName", "root@forge-7 $"],
    ["kernel", "Linux x 6.12.9-builder x86_64"],
    ["kernelVersion", "(#3 SMP PREEMPT_DYNAMIC Debian 6.12.9-1)"],
    ["directory", "prefix=/srv/images/nightly/chroot"],
    ["directory", "-I/srv/images/nightly"],
    ["user", "built by ada\n"],
    ["timezone", "TZ='Europe/Paris'"],
    ["cpuModel", "model name : AMD EPYC 7B13\n"],
    ["home", "/home/ada/.cache"],
    ["locale", "LANG=fr_FR.UTF-8\n"],
  ])("%s is found in %j", (fact, text) => {
    expect(factsIn(text)).toContain(fact);
  });

  it("a part of a longer word is none", () => {
    const others = [
      "forge-70",
      "xforge-7",
      "6.12.9-builder2",
      "/srv/images/nightly2",
      "/srv/images/nightly.old",
    ];
    for (const text of [...others, "canada", "ada_", "/srv/srv/images/nightlys", "Europe/Parish"]) {
      expect(factsIn(text)).toEqual([]);
    }
  });

  it("what any system can have is not looked for", () => {
    const plain = { ...facts, hostName: "localhost", user: "root", directory: "/root", timezone: "Etc/UTC" };
    expect(factsIn("root@localhost /root Etc/UTC C.UTF-8", plain)).toEqual([]);
  });
});

describe("UUIDs", () => {
  it("random ones and those of a time are found, those of a name are not", () => {
    const uuid = randomUUID();
    const of = (text: string) => valuesIn(Buffer.from(text), facts).filter(({ kind }) => kind === "uuid");
    expect(of(`uuid=${uuid}\n`)).toMatchObject([{ offset: 5, length: 36, version: 4 }]);
    expect(of(`UUID=${uuid.toUpperCase()}`)).toHaveLength(1);
    expect(of(`x${uuid} ${uuid}0 ${uuid.slice(0, 35)}`)).toEqual([]);
    expect(of("886313e1-3b8a-5372-9b90-0c9aee199e5d 6fa459ea-ee8a-3ca4-894e-db77e160355e")).toEqual([]);
    expect(of("c232ab00-9414-11ec-b3c8-9f6bdeced846")).toMatchObject([
      { version: 1, time: 1_645_557_742_000_000 },
    ]);
    expect(of("1ec9414c-232a-6b00-b3c8-9f6bdeced846")).toMatchObject([
      { version: 6, time: 1_645_557_742_000_000 },
    ]);
    expect(of("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).toMatchObject([
      { version: 7, time: 1_645_557_742_000_000 },
    ]);
  });
});

describe("tokens", () => {
  const formsIn = (text: string) => [...tokensIn(Buffer.from(text), 60)].map(({ form }) => form);

  it("what was drawn is one, in hexadecimal, base64, and letters with digits", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), (bytes) => {
        fc.pre(new Set(bytes).size > 12);
        expect(formsIn(`key = ${Buffer.from(bytes).toString("hex")};`)).toEqual(["hexadecimal"]);
      }),
    );
    expect(formsIn("salt: kJ3x9QmZ2vT7bW1p")).toHaveLength(1);
    const base64 = Array.from(
      { length: 200 },
      () => formsIn(` ${randomBytes(32).toString("base64")} `).length,
    );
    expect(base64.filter((count) => count === 1).length).toBeGreaterThan(190);
  });

  it("words, paths, versions, numbers and masks are none", () => {
    const words =
      "/usr/lib/x86_64-linux-gnu/perl5/5.36/auto/Encode LC_IDENTIFICATION 12345678901234567890 ffffffffffffffff";
    expect(
      formsIn(
        `${words} libgdk-pixbuf2.0-bin getElementsByTagNameNS 0000000000000000a org-freedesktop-UPower`,
      ),
    ).toEqual([]);
  });
});

describe("contents", () => {
  it("random bytes look random, also few of them; texts, programs and zeros do not", () => {
    for (const size of [16, 32, 64, 512, 4096]) {
      const random = Array.from({ length: 100 }, () => looksRandom(randomBytes(size)));
      expect(random.filter((is) => is).length).toBeGreaterThan(95);
    }
    expect(looksRandom(Buffer.alloc(512))).toBe(false);
    expect(looksRandom(Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(20)))).toBe(false);
  });

  it("a text is told from other data", () => {
    expect(isText(Buffer.from("Größe: 10 µm\nÀ bientôt\n", "utf8"))).toBe(true);
    expect(isText(Buffer.from("Gr\xf6\xdfe\n", "latin1"))).toBe(true);
    expect(isText(Buffer.from("abc\0def"))).toBe(false);
    const random = Array.from({ length: 200 }, () => isText(randomBytes(64)));
    expect(random.filter((is) => is)).toEqual([]);
  });

  it("lines are counted in any order of questions", () => {
    const lines = new Lines(Buffer.from("a\nb\n\nc"));
    expect([0, 1, 2, 4, 5, 0, 3].map((offset) => lines.at(offset))).toEqual([1, 1, 2, 3, 4, 1, 2]);
  });
});
