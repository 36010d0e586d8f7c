import type { Writer } from "../process/attribution.ts";

/** What changed in a system since the last look, with who did it. */
export interface Pending {
  deburis: Writer | undefined;
  lists: boolean;
  /** Of apt. */
  configuration: boolean;
  status: boolean;
  log: boolean;
  downloads: Map<string, Writer>;
  dscs: Map<string, Writer>;
}

export function nothing(): Pending {
  return {
    deburis: undefined,
    lists: false,
    configuration: false,
    status: false,
    log: false,
    downloads: new Map(),
    dscs: new Map(),
  };
}

export function isNothing(pending: Pending): boolean {
  const { deburis, lists, configuration, status, log, downloads, dscs } = pending;
  const isTouched = lists || configuration || status || log;
  return deburis === undefined && !isTouched && downloads.size === 0 && dscs.size === 0;
}
