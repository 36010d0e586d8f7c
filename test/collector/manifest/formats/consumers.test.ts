import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBomJson } from "@appthreat/cdx-proto";
import { bundleFromJSON, isBundleWithDsseEnvelope } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { execaSync } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { envelopeOf } from "../../../../collector/manifest/formats/dsse.ts";
import { signerOf } from "../../../../collector/manifest/formats/signer.ts";
import { materialOfScenario, recordedBuild } from "./builds.ts";
import { namedBy, printed } from "./printed.ts";
import { trivy } from "./trivy.ts";

const inImage = [
  "base-files 12.4+deb12u5 amd64",
  "bash 5.2.15-2+b2 amd64",
  "exim4 4.96-15 amd64",
  "libc6 2.36-9~x amd64",
  "libc6 2.36-9~x i386",
  "mine 1 all",
  "tor 0.4.8.10-1~d12+1 amd64",
  "zip 1:3.0-13 amd64",
];
const used = [
  ...inImage,
  "dctrl-tools 2.24-3 amd64",
  "squashfs-tools 1:4.5.1-1 amd64",
  "syslinux 3:6.04~git-1 source",
].sort();

test("CycloneDX: the reader of AppThreat's cdx-proto lists the packages", () => {
  const document = JSON.parse(printed("cyclonedx", materialOfScenario(recordedBuild())).toString());
  // It reads by the Protobuf schema of CycloneDX, which calls some fields differently.
  const bom = parseBomJson(document, { ignoreUnknownFields: true });
  const packages = bom.components.filter(({ purl }) => purl !== undefined && purl !== "");
  expect(packages.map(({ purl }) => namedBy(purl!)).sort()).toEqual(used);
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toContain("zip 1:3.0-13");
});

test("CycloneDX: Trivy lists the packages of the image, and finds Debian 12", () => {
  const document = JSON.parse(printed("cyclonedx", materialOfScenario(recordedBuild())).toString());
  // This Trivy knows 1.5, and tools as they were written before that; the rest is the same in 1.6.
  document.specVersion = "1.5";
  delete document.metadata.tools;
  const { os, packages } = trivy(Buffer.from(JSON.stringify(document)));
  expect(os).toBe("debian 12");
  expect(packages.map(({ Name, Version, Arch }) => `${Name} ${Version} ${Arch}`).sort()).toEqual(inImage);
});

test("SPDX: Trivy lists the packages of the image, and finds Debian 12", () => {
  const { os, packages } = trivy(printed("spdx", materialOfScenario(recordedBuild())));
  expect(os).toBe("debian 12");
  expect(packages.map(({ Name, Version, Arch }) => `${Name} ${Version} ${Arch}`).sort()).toEqual(inImage);
});

test("buildinfo: debootsnap reads exactly the packages of the image, and names only the foreign architecture", () => {
  const path = write("image.buildinfo", printed("buildinfo", materialOfScenario(recordedBuild())));
  const script = join(import.meta.dirname, "debootsnap.py");
  // debootsnap's own interpreter: another may come first in PATH.
  const { packages, architecture } = JSON.parse(execaSync("/usr/bin/python3", [script, path]).stdout);
  expect(architecture).toBe("amd64");
  const listed = packages.map(([name, arch, version]: string[]) => `${name} ${version} ${arch ?? "native"}`);
  expect(listed.sort()).toEqual(
    inImage.map((each) => (each.endsWith(" i386") ? each : each.replace(/ (amd64|all)$/, " native"))).sort(),
  );
});

test.each(["slsa", "runtime-trace"])(
  "%s: sigstore's verifier accepts the signed statement, and refuses it with another key",
  (name) => {
    const material = materialOfScenario(recordedBuild());
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const key = write("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }));
    const dsseEnvelope = envelopeOf(printed(name, material), signerOf(key));
    const bundle = bundleFromJSON({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: "" }, tlogEntries: [] },
      dsseEnvelope,
    });
    const verifyWith = (trusted: typeof publicKey) => {
      const roots = {
        mediaType: "",
        certificateAuthorities: [],
        timestampAuthorities: [],
        tlogs: [],
        ctlogs: [],
      };
      const trust = toTrustMaterial(roots, () => ({ publicKey: trusted, validFor: () => true }));
      const none = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
      new Verifier(trust, none).verify(toSignedEntity(bundle));
    };
    verifyWith(publicKey);
    expect(() => verifyWith(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey)).toThrow(
      "signature verification failed",
    );
    if (!isBundleWithDsseEnvelope(bundle)) throw new Error("the bundle has no envelope");
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    expect(payloadType).toBe("application/vnd.in-toto+json");
    expect(payload).toEqual(printed(name, material));
  },
);

test("slsa: the packages of the statement that sigstore verified are those that were used", () => {
  const { predicate } = JSON.parse(printed("slsa", materialOfScenario(recordedBuild())).toString());
  const purls: string[] = predicate.buildDefinition.resolvedDependencies.flatMap(
    ({ uri }: { uri: string }) => (uri.startsWith("pkg:") ? [uri] : []),
  );
  expect(purls.map(namedBy).sort()).toEqual(used);
});

function write(name: string, content: string | Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-formats-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}
