import { expect, it } from "vitest";
import { variablesOf } from "../../../collector/nondeterminism/environment.ts";
import { Stories } from "../../../collector/story/story.ts";
import { writersOf } from "../../../collector/story/writers.ts";
import { type By, Scenario } from "../support/scenario.ts";

const path = "/etc/x";
const variable = (name: string, value: string) => ({ name: Buffer.from(name), value: Buffer.from(value) });

function variables(wrappers: string[][]): Record<string, string> {
  const scenario = new Scenario({ environment: [variable("TZ", "Europe/Paris"), variable("LANG", "fr_FR")] });
  const lb = scenario.run({ process: 0, epoch: 0 }, ["lb", "build"]);
  scenario.mkdirs(lb, "chroot/etc");
  let by: By = scenario.fork(lb);
  for (const argv of wrappers) by = scenario.exec(by, argv);
  const writer = scenario.run(by, ["/bin/date"]);
  scenario.create(writer, `chroot${path}`);
  const image = scenario.beginImage("tree", "chroot");
  scenario.entry(image, path);
  scenario.endImage(image, "tree");
  scenario.end();
  const build = scenario.read();
  const writers = writersOf(build, new Stories(build), path, "", build.image!.entries.get(path)!);
  return Object.fromEntries(variablesOf(build, writers));
}

it.each([
  [
    "the builder's, through other programs",
    [["chroot", "chroot", "/hook"], ["/hook"]],
    { TZ: "Europe/Paris", LANG: "fr_FR" },
  ],
  ["none after env -i", [["/usr/bin/env", "-i", "/hook"], ["/hook"]], {}],
  [
    "what env -i is told, and not what the command is",
    [["/usr/bin/env", "-i", "LANG=C", "A=b=c", "/hook", "TZ=x"], ["/hook"]],
    { LANG: "C", A: "b=c" },
  ],
  ["what env adds", [["/usr/bin/env", "LANG=C", "/hook"], ["/hook"]], { TZ: "Europe/Paris", LANG: "C" }],
  [
    "the nearest",
    [
      ["/usr/bin/env", "LANG=C", "env"],
      ["/usr/bin/env", "LANG=de", "/hook"],
    ],
    { TZ: "Europe/Paris", LANG: "de" },
  ],
  ["none after sudo", [["/usr/bin/sudo", "/hook"], ["/hook"]], {}],
  [
    "all of them after sudo -E",
    [["/usr/bin/sudo", "-E", "/hook"], ["/hook"]],
    { TZ: "Europe/Paris", LANG: "fr_FR" },
  ],
])("a writer's variables: %s", (_, wrappers, wanted) => {
  expect(variables(wrappers)).toEqual(wanted);
});
