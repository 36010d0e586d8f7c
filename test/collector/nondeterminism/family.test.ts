import { describe, expect, it } from "vitest";
import type { Build } from "../../../collector/model/build.ts";
import { familyOf } from "../../../collector/nondeterminism/family.ts";
import { Stories } from "../../../collector/story/story.ts";
import { writersOf } from "../../../collector/story/writers.ts";
import { type By, Scenario } from "../support/scenario.ts";

const path = "/etc/x";

function rolesOf(play: (scenario: Scenario, shell: By) => void): Record<string, string> {
  const scenario = new Scenario();
  const lb = scenario.run({ process: 0, epoch: 0 }, ["lb", "build"]);
  scenario.mkdirs(lb, "chroot/etc");
  const shell = scenario.run(lb, ["/bin/sh", "/hook"]);
  play(scenario, shell);
  const image = scenario.beginImage("tree", "chroot");
  scenario.entry(image, path);
  scenario.endImage(image, "tree");
  scenario.end();
  return roles(scenario.read());
}

function roles(build: Build): Record<string, string> {
  const writers = writersOf(build, new Stories(build), path, "", build.image!.entries.get(path)!);
  const family = familyOf(build, writers);
  return Object.fromEntries(family.map(({ role, command }) => [command?.argv[0] ?? "", role]));
}

function exit(scenario: Scenario, { process }: By): void {
  scenario.add({ kind: "exit", time: scenario.time, process, status: 0, signal: 0, core: false });
}

describe("who took part in what a writer wrote", () => {
  it("a command whose output goes into the file wrote it", () => {
    const found = rolesOf((scenario, shell) => {
      const uuidgen = scenario.run(shell, ["uuidgen"]);
      scenario.create(uuidgen, `chroot${path}`);
    });
    expect(found).toEqual({ uuidgen: "writer" });
  });

  it("what a shell asked for in a substitution is its child", () => {
    const found = rolesOf((scenario, shell) => {
      const uuidgen = scenario.run(shell, ["uuidgen"]);
      exit(scenario, uuidgen);
      scenario.create(shell, `chroot${path}`);
    });
    expect(found).toEqual({ "/bin/sh": "writer", uuidgen: "child" });
  });

  it("a pipeline's other commands ran beside it, also within a subshell; what had ended before did not", () => {
    const found = rolesOf((scenario, shell) => {
      const date = scenario.run(shell, ["date"]);
      exit(scenario, date);
      const subshell = scenario.fork(shell);
      const head = scenario.run(subshell, ["head"]);
      const tee = scenario.run(shell, ["tee"]);
      scenario.create(tee, `chroot${path}`);
      for (const each of [head, subshell, tee]) exit(scenario, each);
    });
    expect(found).toMatchObject({ tee: "writer", head: "beside", date: "before" });
  });

  it("what ran long before, or began afterwards, has no part in it", () => {
    const found = rolesOf((scenario, shell) => {
      const early = scenario.run(shell, ["early"]);
      exit(scenario, early);
      scenario.time += 5_000_000;
      const cat = scenario.run(shell, ["cat"]);
      scenario.create(cat, `chroot${path}`);
      exit(scenario, cat);
      scenario.run(shell, ["late"]);
    });
    expect(found).toEqual({ cat: "writer" });
  });
});
