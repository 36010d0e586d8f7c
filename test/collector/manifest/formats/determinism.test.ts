import { expect, test } from "vitest";
import { manifestFormats } from "../../../../collector/manifest/formats/formats.ts";
import { digest, materialOfScenario, recordedBuild } from "./builds.ts";
import { printed } from "./printed.ts";

const names = manifestFormats.map(({ name }) => name);

test.each(names)("%s: twice of one recording gives the same bytes", (name) => {
  const s = recordedBuild();
  const [first, second] = [printed(name, materialOfScenario(s)), printed(name, materialOfScenario(s))];
  expect(first.length).toBeGreaterThan(0);
  expect(second.equals(first)).toBe(true);
});

/** The same packages, built elsewhere at another time into another image. */
const elsewhere = {
  segment: {
    build: "other-build",
    time: 9_000_000,
    offset: 1_800_000_000_000_000,
    directory: Buffer.from("/elsewhere"),
    environment: [{ name: Buffer.from("SOURCE_DATE_EPOCH"), value: Buffer.from("1") }],
  },
  iso: digest("2"),
};

test.each(["tails", "cyclonedx", "spdx"])(
  "%s: two builds with the same packages give the same bytes",
  (name) => {
    const other = printed(name, materialOfScenario(recordedBuild(elsewhere)));
    expect(other.toString()).toBe(printed(name, materialOfScenario(recordedBuild())).toString());
  },
);

test.each(["cyclonedx", "spdx"])("%s: another package gives another identifier", (name) => {
  const s = recordedBuild({ unfinished: true });
  s.package({ name: "more", version: "1" });
  s.end();
  const idOf = (text: Buffer) => {
    const { serialNumber, documentNamespace } = JSON.parse(text.toString());
    return serialNumber ?? documentNamespace;
  };
  const id = idOf(printed(name, materialOfScenario(recordedBuild())));
  expect(id).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(idOf(printed(name, materialOfScenario(s)))).not.toBe(id);
});
