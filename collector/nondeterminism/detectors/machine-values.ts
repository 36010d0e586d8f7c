import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import type { Facts } from "../facts.ts";
import type { Observation } from "../finding.ts";
import type { Confidence, Source } from "../source.ts";
import type { Subject } from "../subject.ts";
import type { FactMatch, FactName } from "../values/match.ts";
import { isText } from "../values/text.ts";
import { valuesIn } from "../values/values.ts";
import { asked, type Need } from "./needs.ts";
import { Places } from "./place.ts";

/** What a value of the machine or the user is called, and which source it is. */
const kinds: Record<FactName, { readonly source: Source; readonly name: string }> = {
  hostName: { source: "hostname", name: "the build machine's name" },
  kernel: { source: "kernel", name: "the running kernel's release" },
  kernelVersion: { source: "kernel", name: "the running kernel's version" },
  directory: { source: "build-path", name: "the build directory" },
  user: { source: "username", name: "the builder's name" },
  timezone: { source: "timezone", name: "the builder's time zone" },
  zone: { source: "timezone", name: "the abbreviation of the builder's time zone" },
  cpuModel: { source: "cpu", name: "the processor's model" },
  home: { source: "username", name: "the builder's home directory" },
  locale: { source: "locale", name: "the builder's locale" },
  environment: { source: "environment", name: "the value of an environment variable" },
};

/** Values of the machine, the user and the environment that the build ran with, as words of their own. */
export const machineValues: Detector = {
  name: "machine values",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined || containerOf(content) !== undefined) return;
    const places = new Places(subject, content);
    for (const match of valuesIn(content, facts)) {
      if (match.kind !== "fact") continue;
      const confidence = confidenceOf(subject, content, match, facts);
      if (confidence === undefined) continue;
      yield observation(match, confidence, places);
    }
  },
};

function observation(match: FactMatch, confidence: Confidence, places: Places): Observation {
  const { source, name } = kinds[match.fact];
  const meaning = match.variable === "" ? name : `${name} ${match.variable}`;
  return {
    source,
    confidence,
    reason: `it holds ${name}`,
    place: places.at(match.offset, match.length, meaning),
  };
}

/** Undefined if it is as likely to be another's. */
function confidenceOf(
  subject: Subject,
  content: Buffer,
  match: FactMatch,
  facts: Facts,
): Confidence | undefined {
  switch (match.fact) {
    case "hostName":
      return ofName(subject, content, match, facts.hostName, asked(subject, hostNameNeeds));
    case "user":
      return ofName(subject, content, match, facts.environment.get(match.variable) ?? facts.user, false);
    case "kernel":
      return facts.isKernelInImage ? ofImagesKernel(subject) : "high";
    case "kernelVersion":
      return facts.isKernelInImage ? ofImagesKernel(subject) : "high";
    case "directory":
      return facts.directory.length >= 10 || facts.directory.split("/").length > 3 ? "high" : "medium";
    case "home":
      return "high";
    case "cpuModel":
      return asked(subject, ["/proc/cpuinfo"]) ? "high" : "medium";
    case "timezone":
      return hasBuilders(subject, facts, "TZ") || asked(subject, ["/etc/timezone"]) ? "medium" : "low";
    case "zone":
      return hasBuilders(subject, facts, "TZ") ? "medium" : undefined;
    case "locale":
      return hasBuilders(subject, facts, match.variable) ? ofLocale(content, match) : undefined;
    case "environment":
      return hasBuilders(subject, facts, match.variable) ? "medium" : "low";
    default:
      return match.fact satisfies never;
  }
}

/** Whether the writer had a variable as the builder has it. */
function hasBuilders({ variables }: Subject, { environment }: Facts, name: string): boolean {
  const value = variables.get(name);
  return value !== undefined && value === environment.get(name);
}

/** Texts in which a value that many systems have is one of the builder's. */
const small = 4096;

/** Of a locale that any system can have, only small texts are likely to have the builder's. */
function ofLocale(content: Buffer, { offset, length }: FactMatch): Confidence | undefined {
  const value = content.toString("latin1", offset, offset + length);
  const isCommon = /^(?:C|POSIX|en_US)(?:\.|$)/.test(value);
  return !isCommon || (content.length <= small && value.length > 1 && isText(content)) ? "medium" : undefined;
}

const hostNameNeeds: readonly Need[] = ["uname", "/proc/sys/kernel/hostname", "/etc/hostname"];

/** Both the image's kernel and the machine's: which one is meant shows only in who asked the machine. */
function ofImagesKernel(subject: Subject): Confidence | undefined {
  return asked(subject, ["uname", "/proc/version", "/proc/sys/kernel/osrelease"]) ? "low" : undefined;
}

/** What can stand around a name that says it is one of a machine or user. */
const before =
  /(?:@|\bLinux |\bhost(?:name)?["']?\s{0,3}[:=]?\s{0,3}["']?|\bnode(?:name)?["']?\s{0,3}[:=]\s{0,3}["']?|\bmachine["']?\s{0,3}[:=]\s{0,3}["']?|\b(?:built?|made) (?:by|on|at)\s|\b(?:user(?:name)?|login|owner|author|packager|builder)["']?\s{0,3}[:=]\s{0,3}["']?|\/home\/|^|(?:^|\s)127\.0\.[01]\.1\s{1,8}|:\s)$/i;
const after = /^(?:@|\s*$|\/|["'])/;
const reach = 24;

/** A name can be any word: what stands around it, how it looks and who asked for it decide. */
function ofName(
  subject: Subject,
  content: Buffer,
  { offset, length }: FactMatch,
  name: string,
  isAsked: boolean,
): Confidence | undefined {
  const start = content.lastIndexOf(0x0a, Math.max(offset - 1, 0)) + 1;
  const end = lineEnd(content, offset + length);
  const line = content.toString("latin1", Math.max(start, offset - reach), offset);
  const rest = content.toString("latin1", offset + length, Math.min(end, offset + length + reach));
  const isNamed = before.test(line) && (after.test(rest) || /[@=:"' ]$|home\/$/.test(line));
  if (line === "" && rest.trim() === "") return isAsked || isTelling(name) ? "high" : "medium";
  if (isNamed) return isAsked || isTelling(name) ? "high" : "medium";
  if (isTelling(name)) return isAsked ? "high" : "medium";
  // A short common word somewhere in a text of somebody who asked for the name: hardly.
  return isAsked && subject.within.length === 0 && content.length < 4096 ? "low" : undefined;
}

/** A name that is no word of a language: long, or with digits or dashes in it. */
function isTelling(name: string): boolean {
  return name.length >= 12 || (name.length >= 5 && /[0-9_.-]/.test(name));
}

function lineEnd(content: Buffer, from: number): number {
  const end = content.indexOf(0x0a, from);
  return end < 0 ? content.length : end;
}
