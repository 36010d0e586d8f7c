import { readFileSync } from "node:fs";

/** One system call that strace(1) saw succeed, or a process's end. */
export interface Call {
  /** The thread that made it. */
  thread: number;
  name: string;
  args: string[];
  result: string;
  /** Lines of the log where it began and returned. */
  begin: number;
  end: number;
}

/** How strace must be called so that its log is read without doubt: every text in hexadecimal, none cut. */
export const straceOptions = [
  "-f",
  "-y",
  "-xx",
  "-s",
  "131072",
  "-e",
  "signal=none",
  "-e",
  "trace=%process,%file,fchdir,fchmod,fchown,fsetxattr,fremovexattr",
];

/** The name of a process's end among the calls. */
export const exited = "+exited";

/** The calls of a log that succeeded, in the order in which they returned. */
export function parseStrace(path: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<number, { text: string; begin: number }>();
  let number = 0;
  for (const line of lines(path)) {
    number++;
    const space = line.indexOf(" ");
    const thread = Number(line.slice(0, space));
    const text = line.slice(space).trimStart();
    if (text.startsWith("+++")) {
      unfinished.delete(thread);
      calls.push({ thread, name: exited, args: [], result: "", begin: number, end: number });
    } else if (text.endsWith("<unfinished ...>")) {
      unfinished.set(thread, { text: text.slice(0, -"<unfinished ...>".length), begin: number });
    } else if (text.startsWith("<...")) {
      const start = unfinished.get(thread);
      if (start === undefined) throw new Error(`${path}:${number}: resumes a call that did not begin`);
      unfinished.delete(thread);
      const whole = start.text + text.slice(text.indexOf(" resumed>") + " resumed>".length);
      push(calls, thread, whole, start.begin, number);
    } else push(calls, thread, text, number, number);
  }
  return calls;
}

function push(calls: Call[], thread: number, text: string, begin: number, end: number): void {
  const match = /^(\w+)\((.*)\)\s+= (.*)$/.exec(text);
  if (match === null) return; // a signal, or a call that its process did not survive
  const [, name, args, result] = match as unknown as [string, string, string, string];
  if (result.startsWith("-1 ") || result.startsWith("?")) return;
  calls.push({ thread, name, args: splitArguments(args), result, begin, end });
}

/** With -xx no text holds a comma or a bracket, so these are strace's own. */
function splitArguments(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === "," && depth === 0) {
      args.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  args.push(text.slice(from).trim());
  return args;
}

/** The bytes of a text in quotes, one character a byte; undefined for NULL. */
export function textOf(argument: string | undefined): string | undefined {
  const match = /^"((?:\\x[0-9a-f]{2})*)"$/.exec(argument ?? "");
  return match === null ? undefined : bytesOf(match[1]!);
}

/** The path behind a file descriptor: `3<\x2f...>` or `AT_FDCWD<...>`. */
export function descriptorPath(argument: string | undefined): string | undefined {
  const match = /<((?:\\x[0-9a-f]{2})*)>/.exec(argument ?? "");
  return match === null ? undefined : bytesOf(match[1]!);
}

/** The texts of an argument vector, NUL between them. */
export function vectorOf(argument: string): string {
  return [...argument.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) => bytesOf(match[1]!)).join("\0");
}

function bytesOf(text: string): string {
  return Buffer.from(text.replaceAll("\\x", ""), "hex").toString("latin1");
}

function* lines(path: string): Generator<string> {
  const content = readFileSync(path);
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(10, at);
    const stop = end < 0 ? content.length : end;
    yield content.toString("latin1", at, stop);
    at = stop + 1;
  }
}
