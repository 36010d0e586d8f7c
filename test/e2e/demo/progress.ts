/** live-build begins each of its scripts with such a line: `[2026-01-31 12:00:00] lb chroot_hooks `. */
const script = /^\[[-0-9]+ [:0-9]+\] (lb \S+)/;

/** Shows where a build is: each of live-build's scripts once, with the time since the start, and what Isotrace says. */
export async function showProgress(lines: AsyncIterable<unknown>): Promise<void> {
  const start = performance.now();
  let last = "";
  for await (const line of lines) {
    const text = String(line);
    const now = script.exec(text)?.[1] ?? (text.startsWith("isotrace: ") ? text : last);
    if (now !== last) process.stdout.write(`  ${minutes(performance.now() - start)}  ${now}\n`);
    last = now;
  }
}

function minutes(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
