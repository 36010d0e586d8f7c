import type { Build } from "../../model/build.ts";
import type { Command } from "../../model/process.ts";
import { isMaintainerScript } from "../../story/maintainer-script.ts";
import { programOf } from "../../story/names.ts";
import { runCommandOf } from "../../story/run.ts";
import { hookOf, liveBuildScript } from "../../story/stage.ts";
import type { Stories, Story } from "../../story/story.ts";
import { isForPackages } from "./own-fetch.ts";
import { isDownloadItself, toolOf } from "./tools.ts";
import { urlsOf } from "./urls.ts";

/** What one process brought from elsewhere, with those that it started for it; not apt's own packages and lists. */
export interface Download {
  /** undefined if its command is not known. */
  readonly command: Command | undefined;
  readonly story: Story;
  /** `pip` for `python3 -m pip`; else the program's name; "unknown". */
  readonly program: string;
  /** It is there to bring things: curl, git, pip, ... */
  readonly isTool: boolean;
  /** Without credentials. */
  readonly urls: readonly string[];
  readonly connections: readonly Connection[];
  /** When it first connected: microseconds of CLOCK_BOOTTIME. */
  readonly time: number;
  /** Index of the process, and the epoch, in which it connected; of the tool if one is known. */
  readonly process: number;
  readonly epoch: number;
}

export interface Connection {
  readonly address: string;
  readonly port: number;
  readonly count: number;
}

const udp = 17;
const nameService = 53;
const quic = 443;

/** The downloads of a build, in the order in which they began. */
export function downloadsOf(build: Build, stories: Stories): Download[] {
  const found = new Map<string, Gathering>();
  for (const { event, process } of build.connections) {
    if (event.port === 0 || event.port === nameService) continue;
    const { epoch, address, port, time } = event;
    const { chain } = stories.of(process, epoch);
    if (isForPackages(chain)) continue;
    const command = downloaderOf(chain);
    const key = command === undefined ? `${process}` : `${command.process}:${command.epoch}`;
    const known = found.get(key);
    const gathering = known ?? { command, time, process, epoch, tcp: new Map(), udp: new Map() };
    if (known === undefined) found.set(key, gathering);
    const counts = event.protocol === udp ? gathering.udp : gathering.tcp;
    const to = `${address} ${port}`;
    const { count = 0 } = counts.get(to) ?? {};
    counts.set(to, { address, port, count: count + 1 });
  }
  return [...found.values()].flatMap((gathering) => {
    const connections = connectionsOf(gathering);
    return connections.length === 0 ? [] : [downloadOf(stories, gathering, connections)];
  });
}

interface Gathering {
  readonly command: Command | undefined;
  readonly time: number;
  readonly process: number;
  readonly epoch: number;
  readonly tcp: Map<string, Connection>;
  readonly udp: Map<string, Connection>;
}

/** Resolvers connect a UDP socket to an address just to learn the route to it; of UDP only QUIC brings anything. */
function connectionsOf({ tcp: streams, udp: datagrams }: Gathering): Connection[] {
  const found =
    streams.size > 0 ? [...streams.values()] : [...datagrams.values()].filter(({ port }) => port === quic);
  return found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port));
}

function downloadOf(
  stories: Stories,
  { command, time, process, epoch }: Gathering,
  connections: Connection[],
): Download {
  const own = command === undefined ? stories.of(process, epoch) : stories.of(command.process, command.epoch);
  const tool = command === undefined ? undefined : toolOf(command);
  return {
    command,
    story: own,
    program: tool ?? (command === undefined ? "unknown" : programOf(command)),
    isTool: tool !== undefined,
    urls: command === undefined ? [] : urlsOf(tool ?? "", command.argv),
    connections,
    time,
    process: command?.process ?? process,
    epoch: command?.epoch ?? epoch,
  };
}

/**
 * The topmost tool that a process works for: pip for the git that it runs. Not beyond the hook, maintainer script or
 * live-build script that it runs for. Where no tool is known, what connected.
 */
function downloaderOf(chain: readonly Command[]): Command | undefined {
  let found = chain[0];
  for (const [i, command] of chain.entries()) {
    if (isBoundary(command)) break;
    if (toolOf(command) !== undefined && (i === 0 || isDownloadItself(command))) found = command;
  }
  return found;
}

/** Whether a command runs things for many reasons: it is the one to name, but not the one that downloads. */
export function isBoundary(command: Command): boolean {
  const alone = [command];
  return (
    liveBuildScript(command) !== undefined ||
    hookOf(alone) !== null ||
    isMaintainerScript(command) ||
    runCommandOf(alone) !== undefined
  );
}
