import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import { allMounts } from "../../lib/mounts.ts";

/** What a build, or Isotrace, could leave behind on the machine. */
export interface Machine {
  mounts: string[];
  loops: string[];
}

/** @param directory of the build; what other builds have mounted in their chroots meanwhile is theirs. */
export async function lookAtMachine(directory: string): Promise<Machine> {
  const { stdout } = await execa("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  const isOthers = (line: string) => /\/(chroot|target)\/| (proc|sysfs|devpts) \S+ \d+ \d+$/.test(line);
  const mounts = allMounts().filter((line) => line.includes(` ${directory}/`) || !isOthers(line));
  return { mounts, loops: stdout.split("\n").filter(Boolean) };
}

/** What is there now and was not before, or was before and is not now. */
export function changesOf(before: Machine, after: Machine): string[] {
  return (["mounts", "loops"] as const).flatMap((kind) => [
    ...after[kind].filter((each) => !before[kind].includes(each)).map((each) => `left: ${kind}: ${each}`),
    ...before[kind].filter((each) => !after[kind].includes(each)).map((each) => `gone: ${kind}: ${each}`),
  ]);
}

/** Processes that run Isotrace, or stand in or below a directory. */
export function processesOf(directory: string, isotrace: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const standsThere = ["cwd", "root", "exe"].some((link) => isBelow(linkOf(pid, link), directory));
      return standsThere || commandOf(pid).includes(isotrace);
    })
    .map((pid) => `left: process ${pid}: ${commandOf(pid).replaceAll("\0", " ")}`);
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function linkOf(pid: string, link: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch {
    return ""; // a kernel thread, or it has ended
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // it has ended
  }
}
