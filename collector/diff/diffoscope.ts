import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { shown } from "../model/bytes.ts";
import type { Diff } from "./diff.ts";
import type { Difference } from "./explain/difference.ts";

/** Files that diffoscope is called for: it takes about a second each. */
const mostFiles = 20;
const slowest = 60_000;
const longest = 200_000;

/**
 * What diffoscope says of the files that are left without an explanation and whose contents were kept. Empty if there are
 * none; one line that says what to install if it is not there.
 */
export async function diffoscopeText(diff: Diff): Promise<string> {
  const effects = new Set(diff.effects.map(({ path }) => path));
  const left = diff.differences.filter((each) => !effects.has(each.path) && isLeft(each));
  if (left.length === 0) return "\ndiffoscope: nothing is left that it could be called for\n";
  const directory = mkdtempSync(join(tmpdir(), "isotrace-diff-"));
  try {
    const parts: string[] = [];
    for (const [i, difference] of left.slice(0, mostFiles).entries()) {
      const said = await compare(difference, join(directory, String(i)));
      if (said === undefined) return "\ndiffoscope is not installed: apt-get install diffoscope\n";
      parts.push(`\ndiffoscope of ${shown(difference.path)}\n${said}`);
    }
    if (left.length > mostFiles)
      parts.push(`\ndiffoscope was not called for ${left.length - mostFiles} more files\n`);
    return parts.join("");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function isLeft({ explanations: [first], a, b }: Difference): boolean {
  return first?.source === "unclassified" && a.content.kind === "whole" && b.content.kind === "whole";
}

/** Undefined if it is not installed. */
async function compare({ path, a, b }: Difference, directory: string): Promise<string | undefined> {
  if (a.content.kind === "none" || b.content.kind === "none") return "";
  // Its ending tells what kind of file it is; a name of a recording is not one to make files by.
  const name = `file${/\.[A-Za-z0-9]{1,12}$/.exec(path)?.[0] ?? ""}`;
  const files = [a.content, b.content].map(({ data }, i) => {
    const place = join(directory, "ab"[i]!);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, name), data);
    return join(place, name);
  });
  const result = await execa("diffoscope", ["--text", "-", "--text-color", "never", ...files], {
    reject: false,
    stripFinalNewline: false,
    timeout: slowest,
    maxBuffer: longest,
  });
  if (result.code === "ENOENT") return undefined;
  if (result.timedOut) return "it took more than a minute, and was ended\n";
  const cut = result.isMaxBuffer ? "and more\n" : "";
  // diffoscope(1): 0 no differences, 1 differences, 2 trouble.
  const failed = result.exitCode === 0 || result.exitCode === 1 || result.isMaxBuffer ? "" : result.stderr;
  return lines(`${result.stdout}${cut}${failed}`);
}

/** What it prints holds what is in the files: nothing in it may command a terminal. */
function lines(text: string): string {
  const all = text.replaceAll("\r\n", "\n").split("\n");
  return all.map((line) => shown(Buffer.from(line, "utf8").toString("latin1"))).join("\n");
}
