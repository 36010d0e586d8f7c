import type { Fault } from "../fault.ts";
import { agentDiskFull } from "./agent-disk-full.ts";
import { clockBack } from "./clock-back.ts";
import { collectorDiskFull } from "./collector-disk-full.ts";
import { indexDiskFull } from "./index-disk-full.ts";
import { recorderKilled, uplinkKilled } from "./killed-agent.ts";
import { otherVersion } from "./other-version.ts";
import { sameId } from "./same-id.ts";
import { tls } from "./tls.ts";

/** Faults of what is on one machine: disks, clocks, processes, certificates, versions. */
export const localFaults: readonly Fault[] = [
  collectorDiskFull,
  indexDiskFull,
  agentDiskFull,
  clockBack,
  sameId,
  otherVersion,
  recorderKilled,
  uplinkKilled,
  tls,
];
