import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Soon } from "../../../../agent/probe/configuration/soon.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("acts once when it has been quiet for a moment, and within two seconds though it never is", () => {
  const act = vi.fn();
  const soon = new Soon(act);
  for (let i = 0; i < 3; i++) {
    soon.touch();
    vi.advanceTimersByTime(200);
  }
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(act).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 41; i++) {
    soon.touch();
    vi.advanceTimersByTime(100);
  }
  expect(act).toHaveBeenCalledTimes(3);
});

it("does not act after it was cancelled, and says whether something had happened", () => {
  const act = vi.fn();
  const soon = new Soon(act);
  expect(soon.cancel()).toBe(false);
  soon.touch();
  expect(soon.cancel()).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(act).not.toHaveBeenCalled();
});
