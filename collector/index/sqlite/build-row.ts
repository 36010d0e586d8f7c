import type { BuildState, IndexedBuild } from "../index-store.ts";

/** A row of `builds`: what is searched has a column; the rest is JSON. */
export interface BuildRow {
  readonly number: number;
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly owner: string;
  readonly begun: number;
  readonly state: BuildState;
  readonly version: number;
  readonly facts: string;
}

export function buildOf({ key, id, name, host, owner, begun, state, facts }: BuildRow): IndexedBuild {
  return { key, id, name, host, owner, begun, state, ...(JSON.parse(facts) as Omit<IndexedBuild, Columns>) };
}

export function factsOf(build: IndexedBuild): string {
  const { key: _k, id: _i, name: _n, host: _h, owner: _o, begun: _b, state: _s, ...facts } = build;
  return JSON.stringify(facts);
}

type Columns = "key" | "id" | "name" | "host" | "owner" | "begun" | "state";
