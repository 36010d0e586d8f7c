/** What a process did to a directory and told over sockets, in the order in which it did it. */
export type Step =
  | { readonly kind: "create"; readonly path: string; readonly isTruncated: boolean }
  | { readonly kind: "write"; readonly path: string; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly path: string; readonly size: number }
  | { readonly kind: "sync"; readonly path: string; readonly begun: number }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  | { readonly kind: "mkdir"; readonly path: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "told"; readonly data: Buffer };

/** What strace is to be told: every call that changes a file or a directory, and those that send. */
export const straceOptions = [
  ...["-f", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-e"],
  "trace=openat,write,writev,pwrite64,sendto,sendmsg,ftruncate,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir",
];

/** Reads what strace wrote with those options. @param directory that paths must be below; steps have them relative to it */
export function readTrace(text: string, directory: string): Step[] {
  const steps: Step[] = [];
  const begun = new Map<string, { text: string; at: number }>();
  for (const line of text.split("\n")) {
    const match = /^(\d+) +(.*)$/.exec(line);
    if (match === null) continue;
    const [pid, rest] = [match[1]!, match[2]!];
    if (rest.endsWith("<unfinished ...>")) {
      begun.set(pid, { text: rest.slice(0, -16), at: steps.length });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const before = resumed === null ? undefined : begun.get(pid);
    const whole = resumed === null ? rest : (before?.text ?? "") + resumed[1]!;
    const step = stepOf(whole, directory, before?.at ?? steps.length);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function stepOf(call: string, directory: string, at: number): Step | undefined {
  const match = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(call);
  if (match === null || match[3]!.startsWith("-")) return undefined;
  const [name, args] = [match[1]!, match[2]!];
  const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((each) => bytesOf(each[1]!));
  const within = (path: string | undefined) =>
    path?.startsWith(`${directory}/`)
      ? path.slice(directory.length + 1)
      : path === directory
        ? ""
        : undefined;
  const descriptor = pathOfDescriptor(args);
  const ofDescriptor = within(descriptor);
  const ofString = (i: number) => within(strings[i]?.toString());
  switch (name) {
    case "openat": {
      const path = ofString(0);
      const isNew = args.includes("O_CREAT");
      return path === undefined || !isNew
        ? undefined
        : { kind: "create", path, isTruncated: args.includes("O_TRUNC") };
    }
    case "write":
    case "writev":
    case "sendto":
    case "sendmsg": {
      const data = Buffer.concat(strings).subarray(0, Number(match[3]));
      if (ofDescriptor !== undefined) return { kind: "write", path: ofDescriptor, data };
      return descriptor?.startsWith("socket:") === true ? { kind: "told", data } : undefined;
    }
    case "pwrite64":
      return undefined; // SQLite's, whose files are made again
    case "ftruncate":
      if (ofDescriptor === undefined) return undefined;
      return { kind: "truncate", path: ofDescriptor, size: Number(/, (\d+)$/.exec(args)![1]) };
    case "fsync":
    case "fdatasync":
      return ofDescriptor === undefined ? undefined : { kind: "sync", path: ofDescriptor, begun: at };
    case "rename":
    case "renameat":
    case "renameat2": {
      const [path, to] = [ofString(0), ofString(1)];
      return path === undefined || to === undefined ? undefined : { kind: "rename", path, to };
    }
    case "mkdir":
    case "mkdirat":
      return ofString(0) === undefined ? undefined : { kind: "mkdir", path: ofString(0)! };
    case "unlink":
    case "unlinkat":
    case "rmdir":
      return ofString(0) === undefined ? undefined : { kind: "remove", path: ofString(0)! };
    default:
      return undefined;
  }
}

/** `23<\x2f\x76...>, ...`: with -xx the path is in hexadecimal, too. */
function pathOfDescriptor(args: string): string | undefined {
  const found = /^\d+<([^>]*)>/.exec(args)?.[1];
  if (found === undefined) return undefined;
  return found.startsWith("\\x") ? bytesOf(found).toString() : found;
}

function bytesOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex");
}
