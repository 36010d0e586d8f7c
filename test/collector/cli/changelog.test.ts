import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, execaSync } from "execa";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ChangelogJson } from "../../../collector/changelog/json.ts";
import * as changelog from "../../../collector/cli/changelog.ts";
import { UsageError } from "../../../collector/cli/usage-error.ts";
import { liveBuild, packed } from "../support/live-build.ts";
import type { Scenario } from "../support/scenario.ts";

const reference = (version: string) =>
  fileURLToPath(new URL(`../manifest/reference/tails-amd64-${version}.build-manifest`, import.meta.url));
const [older, newer] = [reference("3.6.1"), reference("3.15")];

async function printed(...args: string[]): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation(((part: string) => {
    text += part;
    return true;
  }) as never);
  try {
    expect(await changelog.main(args)).toBe(0);
    return text;
  } finally {
    spy.mockRestore();
  }
}

async function json(a: string, b: string): Promise<ChangelogJson> {
  return JSON.parse(await printed("--format", "json", a, b)) as ChangelogJson;
}

/** `KIND NAME:ARCHITECTURE OLD,VERSIONS NEW,VERSIONS`, one line for each change, sorted; `-` for none. */
function lines({ changes }: ChangelogJson): string[] {
  const list = (versions: readonly unknown[]) => [...versions].sort().join(",") || "-";
  return changes
    .flatMap(({ kind, packages }) =>
      packages.map((each) => `${kind} ${each.name}:${each.architecture} ${list(each.from)} ${list(each.to)}`),
    )
    .sort();
}

/** The same lines, made with awk, join and dpkg only; and how many packages there are, before and after. */
function independently(a: string, b: string): { lines: string[]; unchanged: number } {
  const script = `
    export LC_ALL=C
    sets() {
      awk '/^  source:/ { source = 1 }
        / arch: / { arch = $NF } / package: / { name = $NF }
        / version: / { gsub("\\047", "", $NF); print name ":" (source ? "source" : arch), $NF }' "$1" |
        sort | awk '{ all[$1] = all[$1] (all[$1] == "" ? "" : ",") $2 } END { for (key in all) print key, all[key] }' |
        sort -k 1,1
    }
    newest() {
      best=
      for version in $(echo "$1" | tr , ' '); do
        if [ -z "$best" ] || dpkg --compare-versions "$version" gt "$best"; then best=$version; fi
      done
      echo "$best"
    }
    sets "$1" >"$3/a"
    sets "$2" >"$3/b"
    join -a 1 -a 2 -e - -o 0,1.2,2.2 "$3/a" "$3/b" | while read -r key from to; do
      if [ "$from" = "$to" ]; then kind=unchanged
      elif [ "$from" = - ]; then kind=added
      elif [ "$to" = - ]; then kind=removed
      else
        old=$(newest "$from") new=$(newest "$to")
        if dpkg --compare-versions "$old" lt "$new"; then kind=upgraded
        elif dpkg --compare-versions "$old" gt "$new"; then kind=downgraded
        else kind=regrouped
        fi
      fi
      echo "$kind $key $from $to"
    done | sort`;
  const { stdout } = execaSync("sh", ["-c", script, "sh", a, b, directory()]);
  const all = stdout.split("\n");
  const changed = all.filter((line) => !line.startsWith("unchanged "));
  return { lines: changed.sort(), unchanged: all.length - changed.length };
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "isotrace-changelog-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("two of Tails' own manifests", () => {
  it.each([
    ["the older and the newer", older, newer],
    ["the newer and the older", newer, older],
  ])("in full, as awk, join and dpkg compare them: %s", async (_, a, b) => {
    const found = await json(a, b);
    const expected = independently(a, b);
    expect(lines(found)).toEqual(expected.lines);
    expect(found.counts.unchanged).toBe(expected.unchanged);
    expect(found.a.packages + found.b.packages).toBe(1948 + 1783);
    expect(found).toMatchObject({ version: 1, complete: null, causes: [] });
  });

  it("archives moved from one serial to another", async () => {
    const moved = (await json(older, newer)).origins.map(
      ({ archive, change, from, to }) => `${archive} ${change} ${from?.reference} ${to?.reference}`,
    );
    expect(moved).toEqual([
      "debian moved 2018031004 2019061901",
      "debian-security moved 2018031604 2019070804",
      "torproject moved 2018030601 2019060802",
    ]);
  });

  it("for a person: every change has its line, and that there are no changelogs is said once", async () => {
    const found = await json(older, newer);
    for (const format of ["text", "markdown"]) {
      const text = await printed("--format", format, older, newer);
      const plain = text.replaceAll("`", "").split("\n");
      expect(text).not.toContain("\u001b");
      for (const { packages } of found.changes) {
        for (const { name, from, to } of packages) {
          const versions = [from, to].filter((list) => list.length > 0).map((list) => list.join(", "));
          const isLine = (line: string) => line.includes(` ${name}`) && line.endsWith(versions.join(" -> "));
          expect(plain.some(isLine), `${format}: ${name}`).toBe(true);
        }
      }
      expect(text.match(/changelog not recorded/gi)).toHaveLength(1);
      expect(await printed("--format", format, older, newer)).toBe(text);
    }
  });
});

const debian = "http://deb.debian.org/debian";
const security = "http://deb.debian.org/debian-security";

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
  readonly archive?: string;
  readonly text?: string;
  readonly isCut?: boolean;
}

/** A recording of a build whose image has these packages. */
function build(installed: readonly Installed[], more: (s: Scenario) => void = () => {}): string {
  const b = liveBuild();
  const root = b.s.directory("chroot");
  for (const { name, version, source = name, archive = debian, text, isCut = false } of installed) {
    b.s.package({
      ...{ root, action: "install", name, version, source, sourceVersion: version },
      uri: `${archive}/pool/main/${name}_${version.replace(":", "%3a")}_amd64.deb`,
      origins: [{ list: "x", uri: archive, suite: "bookworm", component: "main" }],
    });
    if (text === undefined) continue;
    const architecture = "amd64";
    const event = { package: name, version, architecture, text: Buffer.from(text, "latin1"), cut: isCut };
    b.s.add({ kind: "changelog", time: b.s.time, root, ...event });
  }
  more(b.s);
  packed(b, { "/var/lib/dpkg/status": {} });
  return b.s.save();
}

const trailer = " -- A Name <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n";
const curlLog = [
  `curl (8.1-2+deb13u1) trixie-security; urgency=high\n\n  * Fix CVE-2026-0002. (Closes: #42)\n\n${trailer}`,
  `curl (8.1-2) unstable; urgency=medium\n\n  * Mention CVE-2026-0001.\n\n${trailer}`,
  `curl (8.1-1) unstable; urgency=medium\n\n  * Known before.\n\n${trailer}`,
].join("\n");

describe("two builds", () => {
  const a = () =>
    build([
      { name: "curl", version: "8.1-1" },
      { name: "libcurl4", version: "8.1-1", source: "curl" },
      { name: "gone", version: "1" },
    ]);
  const b = () =>
    build([
      { name: "curl", version: "8.1-2+deb13u1", archive: security },
      { name: "libcurl4", version: "8.1-2+deb13u1", source: "curl", archive: security, text: curlLog },
      { name: "local", version: "1:1", source: "other" },
    ]);

  it("changes are grouped by source package and archive, with the entries between the versions", async () => {
    const text = await printed(a(), b());
    expect(text.split("\n").slice(3)).toEqual([
      "1 added, 1 removed, 0 downgraded, 2 upgraded, 0 unchanged",
      "",
      "Archives",
      "  debian           unknown, as before",
      "  debian-security  added, at unknown",
      "",
      "Added (1)",
      "  from debian:",
      "    other: local 1:1",
      "",
      "Removed (1)",
      "  from debian:",
      "    gone 1",
      "",
      "Upgraded (2)",
      "  from debian-security:",
      "    curl: curl, libcurl4 8.1-1 -> 8.1-2+deb13u1  SECURITY  CVE-2026-0001  CVE-2026-0002",
      "",
      "Changelogs",
      "",
      "  curl 8.1-1 -> 8.1-2+deb13u1",
      "    8.1-2+deb13u1 trixie-security urgency high  SECURITY  CVE-2026-0002",
      "      * Fix CVE-2026-0002. (Closes: #42)",
      "    8.1-2 unstable urgency medium  CVE-2026-0001",
      "      * Mention CVE-2026-0001.",
      "",
    ]);
  });

  it("the JSON has the entries in parts", async () => {
    const { complete, changelogs, changes } = await json(a(), b());
    expect(complete).toBe(true);
    expect(changes.map(({ kind, origin, source }) => [kind, origin, source])).toEqual([
      ["added", "debian", "other"],
      ["removed", "debian", "gone"],
      ["upgraded", "debian-security", "curl"],
    ]);
    expect(changelogs).toMatchObject({ notRecorded: [], missing: [] });
    expect(changelogs.sources).toMatchObject([
      { source: "curl", direction: "gained", security: true, cves: ["CVE-2026-0001", "CVE-2026-0002"] },
    ]);
    expect(changelogs.sources[0]?.entries[0]).toEqual({
      version: "8.1-2+deb13u1",
      distributions: ["trixie-security"],
      urgency: "high",
      security: true,
      cves: ["CVE-2026-0002"],
      closes: ["42"],
      maintainer: "A Name <a@example.org>",
      date: "Thu, 01 Jan 2026 00:00:00 +0000",
      text: "  * Fix CVE-2026-0002. (Closes: #42)",
    });
  });

  it("a recording that lacks something is INCOMPLETE at the top, with the cause and the side", async () => {
    const lossy = build([{ name: "curl", version: "8.1-1" }], (s) =>
      s.add({ kind: "loss", time: s.time, what: "events", detail: "full", count: 3 }),
    );
    const found = await json(lossy, b());
    expect(found.complete).toBe(false);
    expect(found.causes).toEqual([expect.stringMatching(/^A: loss: 3 of kind "events" \(full\)/)]);
    expect((await printed(lossy, b())).split("\n").slice(0, 2)).toEqual([
      "INCOMPLETE:",
      `  ${found.causes[0]}`,
    ]);
    expect(await printed("--format", "markdown", b(), lossy)).toMatch(
      /^# INCOMPLETE: .*\n\n.*\n\n- B: loss: 3 /,
    );
    expect((await json(older, lossy)).complete).toBe(false);
    expect((await json(older, b())).complete).toBe(null);
  });

  it("what is hostile in names, versions and changelogs stays text in every format", async () => {
    const name = "x\u001b[2J`*_<b>|";
    const text = [
      `x (2) unstable; urgency=low\n\n  * \u001b]0;x\u0007 \x9b2J \xff\n  \`\`\`\n  # <script>\n\n${trailer}`,
      `x (1.5) unstable; urgency=low\n\n  * \xc2\x9b2J \xe2\x80\xae \xc3\xa0\n\n${trailer}`,
      `x (1) unstable; urgency=low\n\n  * one\n\n${trailer}`,
    ].join("\n");
    const [before, after] = [build([{ name, version: "1" }]), build([{ name, version: "2", text }])];
    for (const format of ["text", "markdown", "json"]) {
      const out = await printed("--format", format, before, after);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    const markdown = (await printed("--format", "markdown", before, after)).split("\n");
    expect(markdown).toContain("- ``x\\x1b[2J`*_<b>|`` `1` -> `2`");
    const fences = markdown.flatMap((line, at) => (line === "````" ? [at] : []));
    expect(fences).toHaveLength(2);
    expect(markdown).toContain("  * \\x9b2J \\u202e \u00e0");
    const inside = markdown.slice(fences[0], fences[1]);
    expect(inside).toContain("  ```");
    expect(markdown.filter((line) => line.includes("<script>"))).toEqual(["  # <script>"]);
    const [source] = (await json(before, after)).changelogs.sources;
    expect(source?.entries.map((each) => each.text)).toEqual([
      { bytes: expect.any(String) },
      "  * \u009b2J \u202e \u00e0",
    ]);
  });
});

describe("what it cannot compare", () => {
  const whole = readFileSync(newer);
  const file = (content: string | Uint8Array) => {
    const path = join(directory(), "x.build-manifest");
    writeFileSync(path, content);
    return path;
  };
  const list = (...entries: string[]) => `---\npackages:\n  binary:\n${entries.join("")}`;
  const entry = (version: string) => `  - arch: amd64\n    package: a\n    version: ${version}\n`;

  it.each<[string, () => string[], RegExp]>([
    ["a manifest cut in half", () => [older, file(whole.subarray(0, whole.length >> 1))], /it was cut/],
    ["duplicates", () => [file(list(entry("'1'"), entry("'1'"))), newer], /line 7.*a_1_amd64 again/],
    ["a version with a space", () => [older, file(list(entry("1 2")))], /the version must have letters/],
    ["what is not there", () => ["/nonexistent", newer], /\/nonexistent: not a build/],
    ["one only", () => [older], /give two builds or manifests/],
    ["three", () => [older, newer, older], /give two builds or manifests/],
    [
      "a format that is none",
      () => ["--format", "html", older, newer],
      /must be one of text, markdown, json/,
    ],
  ])("is refused in one line: %s", async (_, args, message) => {
    const error = await changelog.main(args()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });

  it("is refused by its size before it is read", async () => {
    const path = file("---\n");
    truncateSync(path, 100 << 20);
    await expect(changelog.main([path, newer])).rejects.toThrow(/must be at most 16777216 bytes/);
  });

  it("exits 2 as a command, with one line on standard error and nothing else", async () => {
    const isotrace = fileURLToPath(new URL("../../../agent/isotrace", import.meta.url));
    const cut = file(whole.subarray(0, 1000));
    const result = await execa(isotrace, ["changelog", older, cut], { reject: false });
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toMatch(/^isotrace: [^\n]*x\.build-manifest: must end with a line break[^\n]*$/);
  });
});
