import { readFileSync } from "node:fs";

/** One line of proc_pid_mountinfo(5). Paths are byte strings. */
export interface Mount {
  point: string;
  /** What of the file system is mounted there: "/" for all of it. */
  root: string;
  /** Major and minor number: equal for all mounts of one file system. */
  device: string;
  type: string;
  /** The device, for a file system on one. */
  source: string;
}

/** A mount's device as stat(2) numbers it (sys/sysmacros.h). */
export function deviceOf(device: string): number {
  const [major = 0, minor = 0] = device.split(":").map(Number);
  return (minor & 0xff) + major * 0x100 + (minor >>> 8) * 0x100000;
}

/** Every mount that this process sees, in the order of mounting. */
export function mounts(): Mount[] {
  return parse(readFileSync("/proc/self/mountinfo", "latin1"));
}

function parse(text: string): Mount[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.split(" ");
      // Optional fields end with a hyphen; type and source follow it.
      const end = fields.indexOf("-", 6);
      return {
        point: plain(fields[4] ?? ""),
        root: plain(fields[3] ?? ""),
        device: fields[2] ?? "",
        type: fields[end + 1] ?? "",
        source: plain(fields[end + 2] ?? ""),
      };
    });
}

/** The mount that a directory is on; both as byte strings. */
export function mountOf(directory: string): Mount | undefined {
  const holds = ({ point }: Mount) =>
    point === "/" || directory === point || directory.startsWith(`${point}/`);
  // The longest; of several at one place the last, which lies on top.
  return mounts()
    .filter(holds)
    .reduce<Mount | undefined>(
      (best, each) => (each.point.length >= (best?.point.length ?? 0) ? each : best),
      undefined,
    );
}

/** Mount points below a directory. */
export function mountsBelow(directory: string): string[] {
  return mounts()
    .map(({ point }) => point)
    .filter((point) => point.startsWith(`${directory}/`));
}

/** Blanks and backslashes are written in octal. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
