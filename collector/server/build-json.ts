import type { IndexedBuild } from "../index/index-store.ts";
import { jsonText } from "../model/bytes.ts";
import type { Facts } from "../store/recording-store.ts";

const stages = ["bootstrap", "chroot", "installer", "binary", "source"];

/** What the API says of a build: what the store has, and what the index knows beyond it. */
export function buildJson(facts: Facts, isConnected: boolean, known: IndexedBuild | undefined) {
  const { key, build, labels, owner, begun, changed, size, isComplete, sha256, isPinned } = facts;
  const ending = known?.ending ?? null;
  const script = known?.script ?? "";
  return {
    key,
    id: build,
    name: known?.name ?? "",
    host: known?.host ?? "",
    owner,
    labels,
    begun: iso(begun),
    changed: iso(changed),
    size,
    sha256: sha256 === "" ? null : sha256,
    state: known?.state ?? (isComplete ? "received" : "receiving"),
    connected: isConnected,
    problem: known === undefined || known.problem === "" ? null : known.problem,
    pinned: isPinned,
    directory: jsonText(known?.directory ?? ""),
    command: (known?.command ?? []).map(jsonText),
    started: known?.started == null ? null : iso(known.started),
    ended: ending === null ? null : iso(ending.ended),
    outcome: ending?.outcome ?? null,
    status: ending?.status ?? null,
    signal: ending?.signal ?? null,
    complete: known?.complete ?? null,
    causes: known?.causes ?? [],
    stage: stages.find((stage) => script === stage || script.startsWith(`${stage}_`)) ?? null,
    script: script === "" ? null : `lb ${script}`,
    lost: known?.lost ?? 0,
    events: known?.events ?? {},
    packages: known?.packages ?? 0,
    files: known?.files ?? 0,
    findings: known?.findings ?? 0,
    origins: known?.origins ?? [],
  };
}

/** A recording can give any number as a time. */
function iso(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
