import fc from "fast-check";
import { expect, test } from "vitest";
import { causes, type Experiment, mostExperiments, nextExperiment } from "../../../agent/reproduce/search.ts";
import { variations } from "../../../agent/reproduce/variations.ts";

const all = variations.map(({ name }) => name);

/** Runs the search against a world in which each path differs as `differs` says. */
function search(differs: Record<string, (varied: readonly string[]) => boolean>) {
  const done: Experiment[] = [];
  for (;;) {
    const varied = nextExperiment(all, done);
    if (varied === undefined) return { done, found: causes(all, done) };
    expect(done.map((each) => each.varied.join())).not.toContain(varied.join());
    const differing = Object.keys(differs).filter((path) => differs[path]!(varied));
    done.push({ varied, differing });
    expect(done.length).toBeLessThanOrEqual(mostExperiments(all));
  }
}

test("a build that is reproducible is asked about once", () => {
  const { done, found } = search({});
  expect(done.map(({ varied }) => varied.length)).toEqual([all.length]);
  expect(found.size).toBe(0);
});

test("what differs with nothing varied has no variation as its cause", () => {
  const { done, found } = search({ "/random": () => true });
  expect(done).toHaveLength(2);
  expect(found.get("/random")).toEqual({ kind: "none" });
});

test("any number of paths, each with one cause: each cause is found", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...all, "none"), { maxLength: 30 }), (wanted) => {
      const world = Object.fromEntries(
        wanted.map((cause, i) => [
          `/${i}`,
          (varied: readonly string[]) => cause === "none" || varied.includes(cause),
        ]),
      );
      const { found } = search(world);
      wanted.forEach((cause, i) => {
        expect(found.get(`/${i}`)).toEqual(
          cause === "none" ? { kind: "none" } : { kind: "variation", name: cause },
        );
      });
      expect(found.size).toBe(wanted.length);
    }),
    { numRuns: 500 },
  );
});

test("one cause of a path takes a number of builds that grows with the logarithm", () => {
  for (const cause of all) {
    const { done } = search({ "/x": (varied) => varied.includes(cause) });
    expect(done.length).toBeLessThanOrEqual(3 + Math.ceil(Math.log2(all.length)));
  }
});

test("of two causes of one path, one that is true is named; the search ends", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...all), { minLength: 2, maxLength: 3 }), (two) => {
      const { found } = search({ "/x": (varied) => two.some((name) => varied.includes(name)) });
      const cause = found.get("/x");
      expect(cause?.kind === "variation" && two.includes(cause.name)).toBe(true);
    }),
  );
});

test("what differs only if two are varied together is not blamed on either alone", () => {
  const { found } = search({
    "/x": (varied) => varied.includes("hostname") && varied.includes("umask"),
  });
  const cause = found.get("/x")!;
  expect(cause.kind).toBe("several");
  if (cause.kind === "several") expect(cause.names).toEqual(expect.arrayContaining(["hostname", "umask"]));
});
