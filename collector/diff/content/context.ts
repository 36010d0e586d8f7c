import { BuildBudget } from "../../nondeterminism/containers/budget.ts";
import type { Facts } from "../../nondeterminism/facts.ts";
import type { Evidence } from "../side/evidence.ts";
import { type FactPair, factPairs } from "../values/fact-pairs.ts";
import type { Period } from "../values/moment.ts";

/** What two builds have of their own, by which what differs in a file is understood. */
export interface Context {
  readonly a: SideContext;
  readonly b: SideContext;
  readonly pairs: readonly FactPair[];
  readonly budgets: Budgets;
  /** The image's packages are not the same: what looks like a random token can be made from what they have. */
  readonly isOfOtherPackages: boolean;
}

/** What may still be taken out of the containers of each build. */
export interface Budgets {
  readonly a: BuildBudget;
  readonly b: BuildBudget;
}

export interface SideContext {
  readonly facts: Facts;
  readonly period: Period;
  readonly pids: ReadonlySet<number>;
  /** A writer, or what it started, asked for random bytes. */
  readonly drewRandom: boolean;
  readonly askedProcessors: boolean;
}

/** Makes contexts for the paths of two builds. */
export class Contexts {
  readonly #a: Omit<SideContext, "pids" | "drewRandom" | "askedProcessors">;
  readonly #b: Omit<SideContext, "pids" | "drewRandom" | "askedProcessors">;
  readonly #pairs: readonly FactPair[];
  readonly #budgets: Budgets = { a: new BuildBudget(), b: new BuildBudget() };
  readonly #isOfOtherPackages: boolean;

  constructor(a: Facts, b: Facts, isOfOtherPackages: boolean) {
    this.#isOfOtherPackages = isOfOtherPackages;
    this.#a = { facts: a, period: periodOf(a) };
    this.#b = { facts: b, period: periodOf(b) };
    this.#pairs = factPairs(a, b);
  }

  of(a: Evidence, b: Evidence): Context {
    return {
      isOfOtherPackages: this.#isOfOtherPackages,
      a: { ...this.#a, ...asked(a) },
      b: { ...this.#b, ...asked(b) },
      pairs: this.#pairs,
      budgets: this.#budgets,
    };
  }
}

function periodOf({ from, to, environment, timezone }: Facts): Period {
  return { from: from / 1000, to: to / 1000, zone: environment.get("TZ") ?? timezone };
}

function asked({ pids, needs }: Evidence): Pick<SideContext, "pids" | "drewRandom" | "askedProcessors"> {
  return {
    pids,
    drewRandom: needs.some(({ what }) => isRandom(what)),
    askedProcessors: needs.some(({ what }) => processorNeeds.has(what)),
  };
}

/** glibc draws some bytes for itself in programs that ask for none: `getrandom-glibc` is no evidence. */
function isRandom(what: string): boolean {
  return (
    what === "getrandom" || what === "getrandom-vdso" || /^\/dev\/u?random$|\/kernel\/random\//.test(what)
  );
}

const processorNeeds: ReadonlySet<string> = new Set(["sched_getaffinity", "/proc/cpuinfo", "sysinfo"]);
