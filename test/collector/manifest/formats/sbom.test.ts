import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { noExtraPackages } from "../../../../collector/manifest/formats/extra-packages.ts";
import { manifestFormats } from "../../../../collector/manifest/formats/formats.ts";
import { manifestOfFiles } from "../../../../collector/manifest/formats/from-files.ts";
import { parseTails } from "../../../../collector/manifest/tails.ts";
import { liveBuild } from "../../support/live-build.ts";
import { materialOfScenario, recordedBuild } from "./builds.ts";
import { printed } from "./printed.ts";
import { spdxSchema } from "./schemas/spdx.ts";
import { officialSpdxSchema } from "./schemas/spdx-official.ts";

// CycloneDX's own library has the official schema.
const cyclonedxProblem = (document: string) =>
  new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(document);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const isSpdx = ajv.compile(spdxSchema);
const officialSpdx = await officialSpdxSchema();

const reference = new URL("../reference/tails-amd64-3.15.build-manifest", import.meta.url);

function ofReference(name: string): string {
  const format = manifestFormats.find((each) => each.name === name)!;
  if (format.of !== "packages") throw new Error(`${name} is a statement`);
  return [...format.print(manifestOfFiles(parseTails(readFileSync(reference), "x"), noExtraPackages))].join(
    "",
  );
}

/** A recording whose texts are what no archive has. */
function hostileBuild() {
  const { s } = liveBuild();
  const root = s.directory("chroot");
  const texts = ["a b", "", "é\u{1f600}", 'x"\n<', "\ud800", "%zz", "a@b?c=d#e/..", "-"];
  for (const text of texts) {
    for (const uri of ["http://h/ x", "not a url", "http://h/%zz", `http://h/pool/${text}`]) {
      const origins = [{ list: text, uri, suite: text, component: text }];
      s.package({
        root,
        name: text,
        version: text,
        architecture: text,
        uri,
        origins,
        sha256: text,
        source: text,
      });
    }
  }
  s.end();
  return s;
}

test.each([
  ["a build", () => printed("cyclonedx", materialOfScenario(recordedBuild())).toString()],
  [
    "a build that was not recorded to its end",
    () => printed("cyclonedx", materialOfScenario(recordedBuild({ unfinished: true }))).toString(),
  ],
  ["a recording of hostile texts", () => printed("cyclonedx", materialOfScenario(hostileBuild())).toString()],
  ["a Tails build-manifest", () => ofReference("cyclonedx")],
])("CycloneDX of %s is valid by the official schema of 1.6", async (_, document) => {
  expect(await cyclonedxProblem(document())).toBeNull();
  expect(JSON.parse(document()).components.length).toBeGreaterThan(0);
});

const spdxDocuments: [string, () => string][] = [
  ["a build", () => printed("spdx", materialOfScenario(recordedBuild())).toString()],
  [
    "a build that was not recorded to its end",
    () => printed("spdx", materialOfScenario(recordedBuild({ unfinished: true }))).toString(),
  ],
  ["a recording of hostile texts", () => printed("spdx", materialOfScenario(hostileBuild())).toString()],
  ["a Tails build-manifest", () => ofReference("spdx")],
];

test.skipIf(officialSpdx === undefined).each(spdxDocuments)(
  "SPDX of %s is valid by the official schema of 2.3",
  (_, text) => {
    const isOfficial = ajv.compile(officialSpdx!);
    isOfficial(JSON.parse(text()));
    expect(isOfficial.errors).toBeNull();
  },
);

test.each(spdxDocuments)(
  "SPDX of %s is valid by the specification of 2.3, and its identifiers are what relationships name",
  (_, text) => {
    const document = JSON.parse(text());
    isSpdx(document);
    expect(isSpdx.errors).toBeNull();
    const ids: string[] = document.packages.map((each: { SPDXID: string }) => each.SPDXID);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
    const known = new Set([...ids, "SPDXRef-DOCUMENT"]);
    for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
      expect(known).toContain(spdxElementId);
      expect(known).toContain(relatedSpdxElement);
    }
    expect(document.creationInfo.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  },
);

test("purls name the vendor, the distribution and the archive of a third party", () => {
  const { components } = JSON.parse(printed("cyclonedx", materialOfScenario(recordedBuild())).toString());
  const purls = components.flatMap(({ purl }: { purl?: string }) => purl ?? []);
  expect(purls).toEqual([
    "pkg:deb/debian/base-files@12.4%2Bdeb12u5?arch=amd64&distro=debian-12",
    "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12",
    "pkg:deb/debian/dctrl-tools@2.24-3?arch=amd64&distro=debian-12",
    "pkg:deb/debian/exim4@4.96-15?arch=amd64&distro=debian-12",
    "pkg:deb/debian/libc6@2.36-9~x?arch=amd64&distro=debian-12",
    "pkg:deb/debian/libc6@2.36-9~x?arch=i386&distro=debian-12",
    "pkg:deb/unknown/mine@1?arch=all&distro=debian-12",
    "pkg:deb/debian/squashfs-tools@1:4.5.1-1?arch=amd64&distro=debian-12",
    "pkg:deb/torproject/tor@0.4.8.10-1~d12%2B1?arch=amd64&distro=debian-12&repository_url=https%3A%2F%2Fdeb.torproject.org%2Ftorproject.org",
    "pkg:deb/debian/zip@1:3.0-13?arch=amd64&distro=debian-12",
    "pkg:deb/debian/syslinux@3:6.04~git-1?arch=source&distro=debian-12",
  ]);
});

test("packages depend on what stands beside them, by name or by what it provides; nothing is said where nothing is known", () => {
  const material = materialOfScenario(recordedBuild());
  const { dependencies } = JSON.parse(printed("cyclonedx", material).toString());
  const dependsOn = (name: string) =>
    dependencies.find(({ ref }: { ref: string }) => ref.includes(`/${name}@`))?.dependsOn;
  const names = (purls: string[]) => purls.map((purl) => purl.replace(/^.*\/|@.*$/g, ""));
  expect(dependsOn("bash").map((purl: string) => purl.replace(/&.*/, ""))).toEqual([
    "pkg:deb/debian/base-files@12.4%2Bdeb12u5?arch=amd64",
    "pkg:deb/debian/libc6@2.36-9~x?arch=amd64",
  ]);
  expect(names(dependsOn("zip"))).toEqual(["exim4"]);
  expect(dependsOn("syslinux")).toBeUndefined();
  const image = dependencies.find(({ ref }: { ref: string }) => ref === "operating-system");
  expect(names(image.dependsOn)).not.toContain("dctrl-tools");
  expect(names(image.dependsOn)).not.toContain("squashfs-tools");
});

test("SPDX: the system contains the image's packages, what else was used is for its build, binaries come from their sources", () => {
  const document = JSON.parse(printed("spdx", materialOfScenario(recordedBuild())).toString());
  const name = (id: string) => id.replace(/-[0-9a-f]{16}$/, "").replace(/^SPDXRef-/, "");
  const of = (type: string) =>
    document.relationships
      .filter((each: { relationshipType: string }) => each.relationshipType === type)
      .map((each: { spdxElementId: string; relatedSpdxElement: string }) =>
        [name(each.spdxElementId), name(each.relatedSpdxElement)].join(" > "),
      );
  expect(of("DESCRIBES")).toEqual(["DOCUMENT > OperatingSystem-debian"]);
  expect(of("CONTAINS")).toContain("OperatingSystem-debian > Package-bash");
  expect(of("BUILD_DEPENDENCY_OF")).toEqual([
    "Package-dctrl-tools > OperatingSystem-debian",
    "Package-squashfs-tools > OperatingSystem-debian",
  ]);
  expect(of("GENERATED_FROM")).toContain("Package-libc6 > SourcePackage-glibc");
  expect(of("DEPENDS_ON")).toContain("Package-zip > Package-exim4");
  const bash = document.packages.find((each: { name: string }) => each.name === "bash");
  expect(bash.sourceInfo).toContain("built from source package bash 5.2.15-2");
  expect(document.creationInfo.created).toBe("2024-01-07T11:12:13Z");
});

test("an incomplete recording says so in both", () => {
  const material = materialOfScenario(recordedBuild({ unfinished: true }));
  const cyclonedx = JSON.parse(printed("cyclonedx", material).toString());
  expect(cyclonedx.compositions[0].aggregate).toBe("incomplete");
  expect(JSON.stringify(cyclonedx.metadata.properties)).toContain("the recording was not closed");
  expect(JSON.parse(printed("spdx", material).toString()).comment).toMatch(
    /^INCOMPLETE: the recording was not/,
  );
});
