/** live-build begins each of its scripts with such a line: `[2026-01-31 12:00:00] lb chroot_hooks `. */
const script = /^\[[-0-9]+ [:0-9]+\] (lb \S+)/;

/** Scripts that are over sooner than this, in milliseconds, are not shown: there are some hundred. */
const noticeable = 1000;

/** Shows where a build is: each of live-build's scripts that takes a while, with the time since the start, and what Isotrace says. */
export async function showProgress(lines: AsyncIterable<unknown>): Promise<void> {
  const start = performance.now();
  const show = (since: number, text: string) =>
    process.stdout.write(`  ${minutes(since - start)}  ${text}\n`);
  let timer: NodeJS.Timeout | undefined;
  for await (const line of lines) {
    const text = String(line);
    const name = script.exec(text)?.[1];
    const now = performance.now();
    if (name !== undefined) {
      clearTimeout(timer);
      timer = setTimeout(show, noticeable, now, name);
    } else if (text.startsWith("isotrace: ")) show(now, text);
  }
  clearTimeout(timer);
}

function minutes(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
