import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changelogKey, changelogOf, newestEntries } from "../../../../agent/probe/package/changelog.ts";

function entry(version: string, bytes: number): string {
  const line = "  * Something was changed.\n";
  return `pkg (${version}) sid; urgency=low\n\n${line.repeat(Math.max(1, Math.ceil(bytes / line.length)))}\n -- A B <a@b>  Mon, 01 Jan 2024 00:00:00 +0000\n`;
}

const sizes = fc.array(fc.nat(12_000), { minLength: 1, maxLength: 40 });

describe("the newest entries of a changelog", () => {
  it("are whole entries from its beginning, as many as fit in 8 KB, and cut exactly if older ones are left out", () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), (all, isWhole) => {
        const entries = all.map((size, i) => entry(`${all.length - i}-1`, size));
        const text = entries.join("\n");
        const { text: kept, cut } = newestEntries(text, isWhole);
        expect(text.startsWith(kept)).toBe(true);
        const count = kept.split(/^pkg \(/m).length - 1;
        const whole = entries.slice(0, count).join("\n");
        expect(kept.trimEnd()).toBe(whole.trimEnd());
        expect(cut).toBe(!isWhole || count < entries.length);
        const next = entries.slice(0, count + 1).join("\n");
        // One more would not have fitted; of a part of a changelog, the last is not known to be whole.
        if (count < entries.length - 1) expect(next.length).toBeGreaterThan(8 << 10);
        if (count > 1) expect(kept.length).toBeLessThanOrEqual(8 << 10);
      }),
    );
  });

  it("are the newest up to 32 KB where it is longer than all that is kept of others, and else its beginning", () => {
    const long = entry("2-1", 30_000);
    expect(newestEntries(`${long}\n${entry("1-1", 10)}`, true)).toEqual({ text: `${long}\n`, cut: true });
    expect(newestEntries(long, true)).toEqual({ text: long, cut: false });
    const huge = newestEntries(entry("2-1", 1_000_000), true);
    expect(huge.cut).toBe(true);
    expect(huge.text.length).toBeGreaterThan(32_000);
    expect(huge.text).toMatch(/changed\.\n$/);
  });

  it("of a file with one endless line are nothing, and that is marked", () => {
    expect(newestEntries(`pkg (1) ${"x".repeat(100_000)}`, true)).toEqual({ text: "", cut: true });
  });
});

describe("a changelog", () => {
  it.each([
    ["\n\ngcc-12 (12.2.0-14) unstable; urgency=medium\n", "gcc-12"],
    ["libX11 (1:1.0) stable\n", "libX11"],
    ["2024-01-01  A B  <a@b>\n\n\t* x.c: y\n", undefined],
    ["Version 3 (beta)\n", undefined],
    ["", undefined],
  ])("is Debian's if its first line is: %j", (text, source) => {
    expect(changelogOf(text)).toBe(source);
  });

  it("is the same for the packages of one source, but a rebuild's is not", () => {
    const source = { source: "s", sourceVersion: "1-2" };
    expect(changelogKey({ ...source, version: "1-2" })).toBe(changelogKey({ ...source, version: "5:0-1" }));
    expect(changelogKey({ ...source, version: "1-2" })).not.toBe(
      changelogKey({ ...source, version: "1-2+b3" }),
    );
    expect(changelogKey({ ...source, version: "1-2" })).not.toBe(
      changelogKey({ ...source, sourceVersion: "1-3", version: "1-2" }),
    );
  });
});
