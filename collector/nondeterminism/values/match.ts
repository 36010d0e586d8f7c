import type { Zone } from "./window.ts";

interface At {
  readonly offset: number;
  readonly length: number;
}

/** How likely other numbers are taken for a time. */
export interface Odds {
  /** Bytes of the number that are 0. */
  readonly zeros: number;
  /** The share of all values of its other bytes that are times within the build's. */
  readonly share: number;
}

/** A time within the build's. */
export interface TimeMatch extends At {
  readonly kind: "time";
  /** Microseconds since 1970, and to how many it is exact. */
  readonly time: number;
  readonly resolution: number;
  /** `seconds, 32 bits, little endian`, `ISO 8601`. */
  readonly encoding: string;
  /** Digits in a text, or a number as it is. */
  readonly form: "text" | "number";
  /** What chance has to do with a number. */
  readonly odds: Odds | undefined;
  /** Of a text without a zone. */
  readonly zone: Zone;
}

/** A value that `Facts` has, by the fact's name; of `environment`, the variable is named. */
export interface FactMatch extends At {
  readonly kind: "fact";
  readonly fact: FactName;
  readonly variable: string;
}
export const factNames = [
  "hostName",
  "kernel",
  "kernelVersion",
  "directory",
  "user",
  "timezone",
  "zone",
  "cpuModel",
  "home",
  "locale",
  "environment",
] as const;
export type FactName = (typeof factNames)[number];

export interface UuidMatch extends At {
  readonly kind: "uuid";
  readonly version: number;
  /** Of version 1, 6 or 7: microseconds since 1970. */
  readonly time: number | undefined;
}

/** A pointer of a process, in hexadecimal. */
export interface AddressMatch extends At {
  readonly kind: "address";
}

export type Match = TimeMatch | FactMatch | UuidMatch | AddressMatch;
