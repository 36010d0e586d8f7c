import { operation } from "../../../proto/events.ts";
import type { Build } from "../../model/build.ts";
import { jsonText, shown } from "../../model/bytes.ts";
import type { ImageEntry } from "../../model/image.ts";
import type { Material } from "../../report/report.ts";
import { byteOrder } from "../build-manifest.ts";
import type { StatementFormat } from "./format.ts";
import { buildType, type ResourceDescriptor, type Statement, subjects } from "./statement.ts";
import { TracedCommands } from "./traced-commands.ts";
import { isSha256 } from "./values.ts";

/**
 * in-toto's runtime-trace predicate v0.1 (in-toto attestation framework, spec/predicates/runtime-trace.md) in a
 * Statement v1. Its monitor type means:
 *
 * - monitorLog.process: each command once for each script of live-build that ran it, in the order in which they
 *   were first run, with how often it was;
 * - monitorLog.network: outgoing connections by address, port and command, `process` being its place in that list;
 * - monitorLog.fileAccess: the regular files of the image, and those beside it below /binary, with the package that
 *   owns them, how they stand to it, and the `process` that wrote them last;
 * - tracePolicy: what was watched, whether the recording has everything, and what was left out here.
 */
export const runtimeTrace: StatementFormat = {
  of: "statement",
  name: "runtime-trace",
  file: "runtime-trace.intoto.json",
  // Without indentation: a realistic build has 15,000 commands and 31,000 files.
  print: (material) => [`${JSON.stringify(statementOf(material))}\n`],
};

/** Many times those of a large build. What is beyond is counted in `tracePolicy.omitted`. */
const mostFiles = 400_000;
const mostConnections = 10_000;

function statementOf(material: Material): Statement {
  const { build, stories } = material;
  const commands = new TracedCommands(build, stories);
  const network = connectionsOf(build, commands);
  const files = filesOf(build, commands);
  const { complete, causes } = build.causes();
  const omitted = {
    process: commands.omitted,
    network: Math.max(network.length - mostConnections, 0),
    fileAccess: Math.max(files.length - mostFiles, 0),
  };
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: subjects(material),
    predicateType: "https://in-toto.io/attestation/runtime-trace/v0.1",
    predicate: {
      monitor: {
        type: "urn:isotrace:monitor:v1",
        tracePolicy: { coverage: coverageOf(build), complete, causes, omitted },
      },
      monitoredProcess: {
        hostID: `urn:isotrace:host:${encodeURIComponent((build.segments[0]?.host.name ?? "").toWellFormed())}`,
        type: buildType,
        event: build.id,
      },
      monitorLog: {
        process: commands.list,
        network: network.slice(0, mostConnections),
        fileAccess: files.slice(0, mostFiles),
      },
      metadata: metadataOf(build),
    },
  };
}

function coverageOf({ segments }: Build) {
  const lines = segments.flatMap(({ coverage }) =>
    coverage.map(({ probe, state, because }) => JSON.stringify({ probe, state, because })),
  );
  return [...new Set(lines)].map((line) => JSON.parse(line) as unknown);
}

interface TracedConnection {
  readonly address: string;
  readonly port: number;
  /** The IP protocol's number: 6 is TCP. */
  readonly protocol: number;
  readonly process?: number;
  count: number;
}

function connectionsOf({ connections }: Build, commands: TracedCommands): TracedConnection[] {
  const found = new Map<string, TracedConnection>();
  for (const { event, process } of connections) {
    const index = commands.indexOf(process, event.epoch);
    const { address, port, protocol } = event;
    const numbers = [port, protocol, index].map((number) => String(number).padStart(9, "0"));
    const key = [address, ...numbers].join(" ");
    const known = found.get(key);
    if (known !== undefined) known.count++;
    else found.set(key, { address, port, protocol, ...indexed(index), count: 1 });
  }
  return [...found].sort(([a], [b]) => byteOrder(a, b)).map(([, each]) => each);
}

function filesOf(build: Build, commands: TracedCommands): ResourceDescriptor[] {
  return [build.image, build.binary]
    .flatMap((image) => [...(image?.entries.values() ?? [])])
    .filter(({ type, sha256 }) => type === "file" && isSha256(sha256))
    .sort((a, b) => byteOrder(a.path, b.path))
    .map((entry) => fileOf(build, commands, entry));
}

function fileOf({ operations }: Build, commands: TracedCommands, entry: ImageEntry): ResourceDescriptor {
  const { path, sha256, relation, package: owner, history } = entry;
  const name = jsonText(path);
  const last = history === 0 ? undefined : operations.get(history);
  const isUncertain = last !== undefined && (last.bits & operation.uncertain) !== 0;
  return {
    name: shown(path),
    digest: { sha256 },
    annotations: {
      ...(typeof name === "string" && name === shown(path) ? {} : { path: name }),
      relation,
      ...(owner === "" ? {} : { package: owner }),
      ...(last === undefined ? {} : indexed(commands.indexOf(last.process, last.epoch))),
      ...(isUncertain ? { uncertain: true } : {}),
    },
  };
}

function indexed(index: number | undefined): { process?: number } {
  return index === undefined ? {} : { process: index };
}

function metadataOf({ clock, begin, end }: Build) {
  const times = {
    buildStartedOn: clock.iso(begin),
    buildFinishedOn: end === undefined ? "" : clock.iso(end.time),
  };
  return Object.fromEntries(Object.entries(times).filter(([, time]) => time !== ""));
}
