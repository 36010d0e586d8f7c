import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";

/** What is of this build only, or of the machine and the user that it ran for: values to be looked for. Texts are byte strings. */
export interface Facts {
  /** The time of the build, microseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** SOURCE_DATE_EPOCH, seconds since 1970; undefined if it is not set, or is no number. */
  readonly epoch: number | undefined;
  readonly hostName: string;
  /** `6.1.0-30-amd64`, and the version that uname(2) gives beside it. */
  readonly kernel: string;
  readonly kernelVersion: string;
  /** The image holds that kernel itself: its name is in it in any case. */
  readonly isKernelInImage: boolean;
  readonly directory: string;
  readonly user: string;
  readonly timezone: string;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly umask: number;
  readonly environment: ReadonlyMap<string, string>;
  /** It was recorded what processes ask of their environment: who is not said to have drawn random bytes did not. */
  readonly areNeedsRecorded: boolean;
  /** User numbers that the image's `/etc/passwd` has; undefined if that was not recorded. */
  readonly users: ReadonlySet<number> | undefined;
}

/** The facts of the build's first segment: a later recorder runs on the same machine. */
export function factsOf(build: Build): Facts {
  const first = build.segments[0];
  const environment = new Map(
    (first?.environment ?? []).map(({ name, value }) => [byteString(name), byteString(value)]),
  );
  const epoch = environment.get("SOURCE_DATE_EPOCH") ?? "";
  const text = (value: string | undefined) => Buffer.from(value ?? "", "utf8").toString("latin1");
  const { host } = first ?? {};
  const kernel = text(host?.kernel);
  return {
    from: build.clock.real(build.begin),
    to: build.clock.real(build.lastTime),
    epoch: /^\d{1,12}$/.test(epoch) ? Number(epoch) : undefined,
    hostName: text(host?.name),
    kernel,
    kernelVersion: text(host?.kernelVersion),
    isKernelInImage: holdsKernel(build, kernel),
    directory: build.directory,
    user: text(host?.user),
    timezone: text(host?.timezone),
    cpus: host?.cpus ?? 0,
    cpuModel: text(host?.cpuModel),
    umask: first?.umask ?? 0o22,
    environment,
    areNeedsRecorded: build.segments.every(({ coverage }) =>
      coverage.some(({ probe, state }) => probe === "needs" && state === "full"),
    ),
    users: usersOf(build),
  };
}

function holdsKernel({ image }: Build, kernel: string): boolean {
  if (image === undefined || kernel === "") return false;
  const places = [`/boot/vmlinuz-${kernel}`, `/usr/lib/modules/${kernel}`, `/lib/modules/${kernel}`];
  return places.some((path) => image.entries.has(path));
}

/** passwd(5): the third field. */
function usersOf({ image, contents }: Build): ReadonlySet<number> | undefined {
  const kept = contents.get(image?.entries.get("/etc/passwd")?.sha256 ?? "");
  if (kept === undefined || kept.omitted !== "") return undefined;
  const lines = byteString(kept.data).split("\n");
  return new Set(lines.map((line) => Number.parseInt(line.split(":")[2] ?? "", 10)).filter(Number.isInteger));
}
