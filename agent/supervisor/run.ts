import type { Variable } from "../../proto/events.ts";
import { bootMicroseconds } from "../kernel/clock.ts";
import { setOpenFilesLimit } from "../kernel/limits.ts";
import { mountsBelow } from "../mounts.ts";
import type { Outcome as OutcomeKind } from "../recorder/protocol.ts";
import { openKernel } from "./kernel-handles.ts";
import { RecorderProcess } from "./recorder-process.ts";
import { Interruption, onSignals } from "./stop.ts";
import { type BuildCommand, startBuild } from "./terminal.ts";
import { unmountNew } from "./unmount.ts";

export interface Plan {
  build: string;
  out: string;
  /** Directories that Isotrace writes to. */
  own: string[];
  /** The build directory, absolute and without symlinks. */
  directory: string;
  recording: string;
  /** As the builder gave it. */
  argv: string[];
  /** As it is started. */
  command: BuildCommand;
  umask: number;
  /** Signals that the caller ignores, without "SIG". */
  ignored: string[];
  /** The caller's soft limit of open files; undefined: as it is. */
  openFiles: number | undefined;
  /** Record what processes ask of their environment: about one percent of a build's time. */
  needs: boolean;
  /** Regular expressions: what they match of a command line is not recorded. */
  redact: string[];
}

export interface Outcome {
  status: number;
  signal: number;
  outcome: OutcomeKind;
  /** The recording was closed; if not, it ends where the disk or the recorder failed. */
  closed: boolean;
}

/**
 * Runs a build and records it. The supervisor owns the terminal and the kernel handles, and does nothing that
 * can fail with the build's data: what can is the recorder's, a process of its own.
 */
export async function superviseRun(plan: Plan): Promise<Outcome> {
  const interruption = new Interruption(plan.ignored);
  const { recorder, close } = await startRecorder(plan, process.pid);
  const mounts = mountsBelow(plan.directory);
  if (plan.openFiles !== undefined) setOpenFilesLimit(plan.openFiles);
  const { status, signal } =
    interruption.asked === 0
      ? await runBuild(plan.command, recorder, interruption)
      : { status: 0, signal: interruption.asked };
  const interrupted = interruption.end(status, signal);
  if (interrupted) {
    for (const line of unmountNew(plan.directory, mounts)) process.stderr.write(`isotrace: ${line}\n`);
  }
  interruption.release();
  const outcome = interrupted ? "interrupted" : status === 0 && signal === 0 ? "ended" : "failed";
  const closed = await recorder.finish({ status, signal, outcome });
  close();
  return { status, signal, outcome, closed };
}

/** Records a build that something else runs, until it ends or `isotrace` is interrupted. */
export async function superviseAttach(plan: Plan): Promise<Outcome> {
  const stop = Promise.withResolvers<Omit<Outcome, "closed">>();
  const release = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], plan.ignored, () =>
    stop.resolve({ status: 0, signal: 0, outcome: "interrupted" }),
  );
  const { recorder, close } = await startRecorder(plan, 0);
  const ended = recorder.ended.then(({ status, signal }): Omit<Outcome, "closed"> => {
    return { status, signal, outcome: status === 0 && signal === 0 ? "ended" : "failed" };
  });
  const result = await Promise.race([stop.promise, ended]);
  release();
  const closed = await recorder.finish(result);
  close();
  return { ...result, closed };
}

async function runBuild(
  command: BuildCommand,
  recorder: RecorderProcess,
  interruption: Interruption,
): Promise<{ status: number; signal: number }> {
  const build = await startBuild(command, (stream, data) =>
    recorder.output(Math.floor(bootMicroseconds()), stream, data),
  );
  interruption.started(build);
  return build.ended;
}

async function startRecorder(
  plan: Plan,
  supervisor: number,
): Promise<{ recorder: RecorderProcess; close: () => void }> {
  const kernel = openKernel(plan.directory, {
    needs: plan.needs,
    ringBytes: ringBytes(),
    watch: process.env.ISOTRACE_FILES === "watch",
  });
  const recorder = new RecorderProcess(
    {
      build: plan.build,
      recording: plan.recording,
      own: plan.own,
      directory: plan.directory,
      command: plan.argv,
      workingDirectory: plan.command.cwd,
      environment: knownVariables(plan.command.env),
      umask: plan.umask,
      coverage: kernel.coverage,
      files: kernel.files,
      programDevices: kernel.programDevices,
      redact: plan.redact,
      supervisor,
    },
    kernel.fds,
  );
  recorder.onTrouble = (message) => process.stderr.write(`isotrace: ${message}\r\n`);
  await recorder.start();
  return { recorder, close: kernel.close };
}

/** Like ISOTRACE_FILES=watch, which does without fanotify, for tests: ISOTRACE_RING_BYTES makes the ring of process events smaller, so that the counting of losses can be tested. */
function ringBytes(): number | undefined {
  const value = process.env.ISOTRACE_RING_BYTES;
  return value === undefined ? undefined : Number(value);
}

/** Variables that builds are known to depend on; others may hold secrets and are not recorded. */
const dependedOn =
  /^(SOURCE_DATE_EPOCH|TZ|LANG|LANGUAGE|LC_.*|PATH|HOME|USER|LOGNAME|SHELL|UMASK|DEB_.*|LB_.*|LIVE_BUILD|http_proxy|https_proxy|no_proxy|TERM|MKSQUASHFS_OPTIONS)$/;

function knownVariables(env: Record<string, string>): Variable[] {
  return Object.entries(env)
    .filter(([name]) => dependedOn.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name: Buffer.from(name),
      value: Buffer.from(value.replace(/:\/\/[^/@]*@/, "://***@")),
    }));
}
