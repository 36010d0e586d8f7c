import type { ImageEntry } from "../../../../collector/model/image.ts";
import { Command } from "../../../../collector/model/process.ts";
import { Budget } from "../../../../collector/nondeterminism/containers/budget.ts";
import { detectors } from "../../../../collector/nondeterminism/detectors.ts";
import type { Facts } from "../../../../collector/nondeterminism/facts.ts";
import type { Relative } from "../../../../collector/nondeterminism/family.ts";
import type { Observation } from "../../../../collector/nondeterminism/finding.ts";
import type { Subject } from "../../../../collector/nondeterminism/subject.ts";
import { membersOf } from "../../../../collector/nondeterminism/subjects.ts";
import type { Writer } from "../../../../collector/story/writers.ts";
import type { Need } from "../../../../proto/events.ts";

/** A build of ten minutes, of which the middle is `middle`: seconds since 1970. */
export const middle = Date.UTC(2026, 10, 24, 9, 36, 40) / 1000;
export const epoch = Date.UTC(2026, 10, 1, 12, 0, 0) / 1000;

export const facts: Facts = {
  from: (middle - 300) * 1e6,
  to: (middle + 300) * 1e6,
  epoch,
  hostName: "forge-7",
  kernel: "6.12.9-builder",
  kernelVersion: "#3 SMP PREEMPT_DYNAMIC Debian 6.12.9-1",
  isKernelInImage: false,
  directory: "/srv/images/nightly",
  user: "ada",
  timezone: "Europe/Paris",
  cpus: 6,
  cpuModel: "AMD EPYC 7B13",
  umask: 0o022,
  environment: new Map([
    ["HOME", "/home/ada"],
    ["LANG", "fr_FR.UTF-8"],
    ["TZ", "Europe/Paris"],
    ["SOURCE_DATE_EPOCH", String(epoch)],
  ]),
  areNeedsRecorded: true,
  users: new Set([0, 1, 33]),
};

export function relative(
  argv: string[],
  needs: Partial<Need>[] = [],
  facts: Partial<Relative> = {},
): Relative {
  const name = argv[0]!;
  const exec = { process: 1, epoch: 1, time: 0, filename: name, executable: name, workingDirectory: "/" };
  const bytes = (text: string) => Buffer.from(text, "latin1");
  const command = new Command(
    {
      kind: "exec",
      ...exec,
      filename: bytes(exec.filename),
      executable: bytes(exec.executable),
      workingDirectory: bytes(exec.workingDirectory),
      argv: bytes(argv.join("\0")),
      argvLength: 0,
      uid: 0,
      root: 0,
      environment: [],
      restored: false,
      cut: false,
    },
    1,
    undefined,
    (text) => Buffer.from(text).toString("latin1"),
  );
  return {
    role: "writer",
    pid: 4711,
    parentPid: 4700,
    process: 1,
    parent: 2,
    start: 0,
    end: 1,
    command,
    needs: needs.map((need) => ({ what: "", count: 1, bytes: 0, flags: 0, ...need })),
    ...facts,
  };
}

export const cat = relative(["/bin/cat"]);
export const uuidgen = relative(["/usr/bin/uuidgen"], [{ what: "getrandom", bytes: 16 }]);

export function subject(
  path: string,
  content: string | Buffer | undefined,
  rest: Partial<Subject> = {},
): Subject {
  return {
    path,
    within: [],
    entry: entry(path),
    content: typeof content === "string" ? Buffer.from(content, "latin1") : content,
    isWhole: true,
    problem: "",
    isSecret: false,
    writers: [],
    family: [cat],
    variables: facts.environment,
    budget: new Budget(),
    ...rest,
  };
}

export function entry(path: string, rest: Partial<ImageEntry> = {}): ImageEntry {
  return {
    path,
    history: 0,
    past: 0,
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: epoch,
    mtimeNanoseconds: 0,
    size: 0,
    links: 1,
    inode: 1,
    device: 0,
    target: "",
    xattrs: "",
    sha256: "",
    package: "",
    relation: "generated",
    problem: "",
    ...rest,
  };
}

/** @param argv the writer's command; of who is not known otherwise */
export function writer(operations: string, argv: string[] = ["/usr/bin/x"]): Writer {
  const { command } = relative(argv);
  return {
    time: 0,
    process: 1,
    epoch: 1,
    operation: operations,
    story: {
      chain: command === undefined ? [] : [command],
      stage: null,
      script: null,
      hook: null,
      run: null,
      maintainerScript: undefined,
    },
    package: null,
    names: [],
    isOfEarlierFile: false,
    isOfOriginal: false,
    isUncertain: false,
    unknown: undefined,
  };
}

/** What all detectors see in a file and its members, to any depth that containers have. */
export function observe(of: Subject, with_: Partial<Facts> = {}): Observation[] {
  return inside(of, { ...facts, ...with_ });
}

function inside(of: Subject, all: Facts): Observation[] {
  const own = detectors.flatMap((detector) => [...detector.examine(of, all)]);
  return [...own, ...[...membersOf(of)].flatMap((member) => inside(member, all))];
}

export function sourcesOf(observations: readonly Observation[]): string[] {
  return [...new Set(observations.map(({ source }) => source))].sort();
}
