import { type Node, NotAPattern } from "./node.ts";

type Step =
  | { readonly kind: "set"; readonly has: (code: number) => boolean }
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  | { kind: "fork"; one: number; other: number }
  | { readonly kind: "found" };

const mostSteps = 2000;

/**
 * An expression as an automaton whose work is bounded by its size times the text's: patterns and texts come from a
 * recording, and one that steps back could take for ever (`(a+)+$`).
 *
 * @returns whether the expression is found anywhere in a text.
 * @throws NotAPattern if it is too large.
 */
export function automaton(node: Node): (text: string) => boolean {
  const steps: Step[] = [];
  emit(steps, node);
  steps.push({ kind: "found" });
  return (text) => run(steps, text);
}

function emit(steps: Step[], node: Node): void {
  if (steps.length > mostSteps) throw new NotAPattern("it is too large");
  switch (node.kind) {
    case "set":
    case "begin":
    case "end":
      steps.push(node);
      return;
    case "sequence":
      for (const each of node.nodes) emit(steps, each);
      return;
    case "choice": {
      const ends: Extract<Step, { kind: "fork" }>[] = [];
      for (const each of node.nodes) {
        const fork = forkAt(steps);
        emit(steps, each);
        ends.push(forkAt(steps));
        fork.other = steps.length;
      }
      // Of the last branch's own fork, the other way leads nowhere.
      steps.push({ kind: "set", has: () => false });
      for (const end of ends) end.one = end.other = steps.length;
      return;
    }
    case "repeat":
      repeat(steps, node);
      return;
    default:
      node satisfies never;
  }
}

function repeat(steps: Step[], { node, least, most }: Extract<Node, { kind: "repeat" }>): void {
  for (let i = 0; i < least; i++) emit(steps, node);
  if (most === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const fork = forkAt(steps);
    emit(steps, node);
    const back = forkAt(steps);
    back.one = back.other = start;
    fork.other = steps.length;
    return;
  }
  const forks = Array.from({ length: most - least }, () => {
    const fork = forkAt(steps);
    emit(steps, node);
    return fork;
  });
  for (const fork of forks) fork.other = steps.length;
}

/** A step that leads to the next one, and to another that is set later. */
function forkAt(steps: Step[]): Extract<Step, { kind: "fork" }> {
  const fork = { kind: "fork" as const, one: steps.length + 1, other: steps.length + 1 };
  steps.push(fork);
  return fork;
}

function run(steps: readonly Step[], text: string): boolean {
  let states = new Set<number>();
  for (let i = 0; i <= text.length; i++) {
    // It may begin anywhere.
    follow(steps, 0, i, text.length, states);
    if (states.has(steps.length - 1)) return true;
    if (i === text.length) return false;
    const code = text.charCodeAt(i);
    const next = new Set<number>();
    for (const at of states) {
      const step = steps[at]!;
      if (step.kind === "set" && step.has(code)) follow(steps, at + 1, i + 1, text.length, next);
    }
    states = next;
  }
  return false;
}

/** Adds a state, and those that it leads to without a character. */
function follow(steps: readonly Step[], from: number, at: number, length: number, states: Set<number>): void {
  const waiting = [from];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (states.has(state)) continue;
    states.add(state);
    const step = steps[state]!;
    if (step.kind === "fork") waiting.push(step.one, step.other);
    else if (step.kind === "begin" && at === 0) waiting.push(state + 1);
    else if (step.kind === "end" && at === length) waiting.push(state + 1);
  }
}
