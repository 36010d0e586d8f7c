import { parseArgs } from "node:util";
import { UsageError } from "../../cli/usage-error.ts";
import { Layout } from "../layout.ts";
import { Session } from "../session.ts";

/** One of `isotrace snapshot`. */
export interface SnapshotCommand {
  readonly name: string;
  readonly summary: string;
  /** Its part of the help. */
  readonly usage: string;
  /** @returns the exit status. @throws UsageError, SnapshotError */
  main(args: string[]): Promise<number>;
}

const common = {
  data: { type: "string", default: "/var/lib/isotrace/snapshots" },
  wait: { type: "string", default: "0" },
} as const;

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

/** The command's options, and those that all have. @throws TypeError for one that there is not */
export function parse<T extends Options>(args: string[], options: T) {
  return parseArgs({ args, allowPositionals: true, options: { ...common, ...options } });
}

export function layoutOf({ data }: { data: string }): Layout {
  return new Layout(data.replace(/(?<=.)\/+$/, ""));
}

export function openSession(command: string, values: { data: string; wait: string }): Promise<Session> {
  return Session.open(layoutOf(values), command, numberOf(command, "wait", values.wait, 0), say);
}

export function say(line: string): void {
  process.stderr.write(`isotrace: ${line.replaceAll("\n", " ")}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws UsageError for what is no number, or less than `least` */
export function numberOf(command: string, option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= least) return value;
  throw new UsageError(
    `snapshot ${command}: --${option} must be a number, at least ${least}, but it is ${JSON.stringify(text)}`,
  );
}

/** @throws UsageError if there are words. */
export function refuseWords(command: string, positionals: readonly string[]): void {
  if (positionals.length === 0) return;
  throw new UsageError(
    `snapshot ${command}: takes options only, but got ${JSON.stringify(positionals[0])}; see "isotrace snapshot --help"`,
  );
}

/** As people read it. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+/, "");
}
