import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StageProbe } from "../../../agent/probe/stage.ts";

let directory: string;
let markers: string;
let told: string[];
let probe: StageProbe;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-stage-"));
  markers = join(directory, ".build");
  told = [];
});

afterEach(async () => {
  await probe.close();
  rmSync(directory, { recursive: true });
});

function start(): void {
  probe = new StageProbe(directory, {
    emit: (event) => {
      if (event.kind === "stage") told.push(`${event.removed ? "-" : "+"}${Buffer.from(event.marker)}`);
    },
    loss: (what, detail) => told.push(`${what}: ${detail}`),
  });
}

it("tells the markers that come and go, not those that were there, nor other files", async () => {
  mkdirSync(markers);
  writeFileSync(join(markers, "config"), "");
  start();
  await vi.waitUntil(() => watches(markers));
  writeFileSync(join(directory, ".lock"), "");
  writeFileSync(join(markers, "bootstrap"), "");
  await vi.waitUntil(() => told.length === 1);
  rmSync(join(markers, "config"));
  await vi.waitUntil(() => told.length === 2);
  expect(told).toEqual(["+bootstrap", "-config"]);
});

it("tells the markers of a directory that is made later, with what was in it at once", async () => {
  start();
  await vi.waitUntil(() => watches(directory));
  mkdirSync(markers);
  writeFileSync(join(markers, "config"), "");
  await vi.waitUntil(() => told.length === 1);
  writeFileSync(join(markers, "bootstrap"), "");
  await vi.waitUntil(() => told.length === 2);
  expect(told).toEqual(["+config", "+bootstrap"]);
});

it("tells the markers of a directory that is removed and made again, and of one that takes its place", async () => {
  mkdirSync(markers);
  start();
  await vi.waitUntil(() => watches(markers));
  writeFileSync(join(markers, "config"), "");
  await vi.waitUntil(() => told.length === 1);
  rmSync(markers, { recursive: true });
  await vi.waitUntil(() => watches(directory));
  mkdirSync(markers);
  writeFileSync(join(markers, "config"), "");
  await vi.waitUntil(() => told.length === 3);
  renameSync(markers, join(directory, "old"));
  mkdirSync(markers);
  writeFileSync(join(markers, "bootstrap"), "");
  await vi.waitUntil(() => told.length === 5);
  expect(told.slice(0, 3)).toEqual(["+config", "-config", "+config"]);
  expect(told.slice(3).sort()).toEqual(["+bootstrap", "-config"]);
});

it("is not woken by what live-build does beside the markers", async () => {
  start();
  await vi.waitUntil(() => watches(directory));
  mkdirSync(markers);
  await vi.waitUntil(() => watches(markers));
  await vi.waitUntil(() => !watches(directory));
});

it("is not put off by a file in the markers' place", async () => {
  writeFileSync(markers, "");
  start();
  await vi.waitUntil(() => watches(directory));
  expect(told).toEqual([]);
});

/** Whether this process has a watch of inotify(7) on a directory: proc_pid_fdinfo(5) shows its inode, in hexadecimal. */
function watches(path: string): boolean {
  const inode = `ino:${statSync(path).ino.toString(16)} `;
  return readdirSync("/proc/self/fdinfo").some(
    (fd) => fdInfo(fd).includes(`inotify wd:`) && fdInfo(fd).includes(inode),
  );
}

function fdInfo(fd: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""; // the one that listed the directory
    throw error;
  }
}
