import { createHash } from "node:crypto";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { digest, materialOfScenario, recordedBuild } from "./builds.ts";
import { printed } from "./printed.ts";
import { statementSchemas } from "./schemas/statements.ts";

const ajv = new Ajv({ allErrors: true, strictRequired: false });
addFormats.default(ajv);

test.each([
  ["slsa", {}],
  ["slsa", { unfinished: true }],
  ["slsa", { segment: { build: "a b\u00e9/%", directory: Buffer.from("/b\xff", "latin1") } }],
  ["runtime-trace", {}],
  ["runtime-trace", { unfinished: true }],
  ["runtime-trace", { segment: { build: "a b\u00e9/%" } }],
] as const)("%s of a build (%o) is what the specifications demand", (name, variation) => {
  const statement = JSON.parse(printed(name, materialOfScenario(recordedBuild(variation))).toString());
  const isValid = ajv.compile(statementSchemas[name]);
  isValid(statement);
  expect(isValid.errors).toBeNull();
  expect(statement.subject).toEqual([
    { name: "live-image-amd64.hybrid.iso", digest: { sha256: digest("1") } },
  ]);
});

test("slsa: command, told variables, configuration and the states of the archives are in it; the user's are not", () => {
  const environment = Object.entries({ SOURCE_DATE_EPOCH: "1704067200", HOME: "/root", TOKEN: "hush" }).map(
    ([name, value]) => ({ name: Buffer.from(name), value: Buffer.from(value) }),
  );
  const text = printed("slsa", materialOfScenario(recordedBuild({ segment: { environment } }))).toString();
  const { buildDefinition, runDetails } = JSON.parse(text).predicate;
  expect(buildDefinition.externalParameters).toEqual({
    command: ["lb", "build"],
    environment: { SOURCE_DATE_EPOCH: "1704067200" },
    configuration: [
      {
        name: "/config/package-lists/live.list.chroot",
        digest: { sha256: createHash("sha256").update("tor\n").digest("hex") },
      },
    ],
  });
  expect(text).not.toContain("hush");
  const archives = buildDefinition.resolvedDependencies.filter(
    ({ uri }: { uri: string }) => !uri.startsWith("pkg:"),
  );
  expect(archives).toContainEqual({
    name: "debian",
    uri: "http://deb.debian.org/debian/dists/bookworm/InRelease",
    digest: { sha256: digest("d") },
    annotations: {
      reference: "20240106T100000Z",
      suite: "bookworm",
      date: "Sat, 06 Jan 2024 10:00:00 UTC",
    },
  });
  expect(buildDefinition.resolvedDependencies[0]).toEqual({
    name: "base-files 12.4+deb12u5",
    uri: "pkg:deb/debian/base-files@12.4%2Bdeb12u5?arch=amd64&distro=debian-12",
    digest: { sha256: digest("a") },
    downloadLocation: "http://deb.debian.org/debian/pool/main/x/base-files_12.4+deb12u5_amd64.deb",
    annotations: { where: ["image"] },
  });
  expect(runDetails.metadata).toMatchObject({
    invocationId: "test-build",
    startedOn: "2024-01-01T00:00:01.000Z",
  });
  expect(runDetails.byproducts[0].annotations).toEqual({ complete: true, causes: [] });
});

test("runtime-trace: files name the command that wrote them, connections the one that made them", () => {
  const { predicate } = JSON.parse(printed("runtime-trace", materialOfScenario(recordedBuild())).toString());
  const { process, network, fileAccess } = predicate.monitorLog;
  expect(fileAccess).toHaveLength(1);
  const [motd] = fileAccess;
  expect(motd).toMatchObject({ name: "/etc/motd", annotations: { relation: "generated" } });
  expect(process[motd.annotations.process]).toMatchObject({ arguments: ["/usr/lib/live/build/build"] });
  expect(network).toEqual([
    { address: "192.0.2.1", port: 80, protocol: 6, process: expect.any(Number), count: 1 },
  ]);
  expect(process[network[0].process]).toMatchObject({
    processBinary: "wget",
    arguments: ["http://deb.debian.org/"],
    count: 1,
  });
  expect(predicate.monitor.tracePolicy).toMatchObject({
    complete: true,
    omitted: { process: 0, network: 0, fileAccess: 0 },
  });
});

test("runtime-trace: equal commands are one with a count; arguments beyond the bound are cut, and that is said", () => {
  const s = recordedBuild({ unfinished: true });
  for (let i = 0; i < 3; i++) s.run({ process: 1, epoch: 2 }, ["true", "x"]);
  s.run({ process: 1, epoch: 2 }, ["echo", "a", "b".repeat(5000), "c"]);
  // What the build was started from, which nothing was written by.
  const shell = s.fork({ process: 0, epoch: 0 }, { outside: true });
  s.exec(shell, ["sh", "--token", "hush"]);
  s.end();
  const text = printed("runtime-trace", materialOfScenario(s)).toString();
  const { process } = JSON.parse(text).predicate.monitorLog;
  const run = (binary: string) =>
    process.filter(({ processBinary }: { processBinary: string }) => processBinary === binary);
  expect(run("true")).toMatchObject([{ count: 3 }]);
  expect(run("echo")).toMatchObject([{ arguments: ["a"], cut: true }]);
  expect(text).not.toContain("hush");
});
