import { expect, it } from "vitest";
import { Losses } from "../../../agent/recorder/losses.ts";
import type { Event } from "../../../proto/events.ts";

/** Counts and, when asked, what was recorded: kind, detail and count. */
function counted() {
  const events: Event[] = [];
  const losses = new Losses((event) => events.push(event));
  const written = () => {
    losses.write();
    return events
      .splice(0)
      .filter((event) => event.kind === "loss")
      .map(({ what, detail, count }) => [what, detail, count] as const);
  };
  return { losses, written };
}

it("losses are recorded by kind and detail, and once", () => {
  const { losses, written } = counted();
  losses.add("ring", "exec", 2);
  losses.add("ring", "fork");
  losses.add("ring", "exec");
  losses.add("ring", "exit", 0);
  expect(written()).toEqual([
    ["ring", "exec", 3],
    ["ring", "fork", 1],
  ]);
  expect(written()).toEqual([]);
  losses.add("ring", "exec");
  expect(written()).toEqual([["ring", "exec", 1]]);
  expect(losses.total).toBe(5);
});

it("losses with 10,000 details are all counted, those beyond a bound by their kinds alone", () => {
  const { losses, written } = counted();
  for (let i = 0; i < 10_000; i++) losses.add(i % 2 === 0 ? "malformed" : "directory", `detail ${i}`);
  const found = written();
  expect(found.length).toBeLessThan(300);
  expect(found.slice(-2).map(([what, detail]) => [what, detail])).toEqual([
    ["malformed", "others"],
    ["directory", "others"],
  ]);
  expect(found.reduce((sum, [, , count]) => sum + count, 0)).toBe(10_000);
  expect(losses.total).toBe(10_000);
});
