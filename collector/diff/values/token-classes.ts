import type { Context } from "../content/context.ts";
import { isRandomPair } from "./random.ts";
import { piecesOf, type TextClass, type Verdict } from "./text-class.ts";

const uuid: TextClass = {
  name: "UUID",
  find: (text) => piecesOf(text, /(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/gi),
  judge: () => ({
    source: "randomness",
    confidence: "high",
    reason: "it is a UUID, and another in each build",
    meaning: "UUID",
  }),
};

/** Where programs of 64 bits have their code and heap (0x55, 0x56) and their stack and libraries (0x7f): Linux on x86-64. */
const usual = /^0x0*(?:5[56]|7[ef])[0-9a-f]{10}$/i;
const address: TextClass = {
  name: "address",
  find: (text) => piecesOf(text, /(?<![0-9a-z])0x[0-9a-f]{7,16}(?![0-9a-z])/gi),
  judge: (a, b) => ({
    source: "uninitialised-memory",
    confidence: usual.test(a.text) && usual.test(b.text) ? "high" : "medium",
    reason: "it looks like an address in memory, which is another in each run",
    meaning: "address in memory",
  }),
};

const number: TextClass = {
  name: "number",
  find: (text) => piecesOf(text, /(?<![0-9A-Za-z])\d{1,7}(?![0-9A-Za-z])/g),
  judge: (a, b, context) => ofNumbers(Number(a.text), Number(b.text), context),
};

function ofNumbers(a: number, b: number, context: Context): Verdict | undefined {
  const { a: inA, b: inB } = context;
  if (inA.facts.cpus !== inB.facts.cpus && a === inA.facts.cpus && b === inB.facts.cpus) {
    const reason = "it is the number of processors, which is another in each build";
    return { source: "cpu", confidence: "high", reason, meaning: "number of processors" };
  }
  if (a > 1 && b > 1 && inA.pids.has(a) && inB.pids.has(b)) {
    const reason = "it is the number of the writer's process, or of one beside it";
    return { source: "process-id", confidence: "high", reason, meaning: "process number" };
  }
  if (a > 0 && b > 0 && a <= 4096 && b <= 4096 && inA.askedProcessors && inB.askedProcessors) {
    const reason = "its writer asked how many processors there are";
    return { source: "cpu", confidence: "low", reason, meaning: "number" };
  }
  return undefined;
}

const token: TextClass = {
  name: "random token",
  find: (text) => piecesOf(text, /[A-Za-z0-9+/=_.$-]{5,}/g),
  judge(a, b, { a: inA, b: inB, isOfOtherPackages }) {
    if (!isRandomPair(a.text, b.text)) return undefined;
    const drew = inA.drewRandom && inB.drewRandom;
    return {
      source: "randomness",
      confidence: drew ? "high" : isOfOtherPackages ? "low" : "medium",
      reason: `it is a token of the same length and another in each build${drew ? "; random bytes were asked for" : ""}`,
      meaning: "random token",
    };
  },
};

/** Kinds of values that are no facts of the build, in the order in which they are tried. */
export const tokenClasses: readonly TextClass[] = [uuid, address, number, token];
