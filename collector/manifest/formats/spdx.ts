import { createHash } from "node:crypto";
import { sortUnique } from "../build-manifest.ts";
import { contentUuid } from "./content-id.ts";
import type { PackageFormat } from "./format.ts";
import { isInImage, type Listed, type Manifest } from "./manifest.ts";
import { isSha256, isUrl } from "./values.ts";

/**
 * SPDX 2.3 in JSON (ISO/IEC 5962 is its 2.2). The name space is made from the content and the time is that of the
 * archives' newest state, so two builds with the same packages give the same bytes.
 *
 * The document describes the operating system. That contains the packages of the image; the other packages are
 * dependencies of its build. Of each source package there is one element, which binary packages are generated from.
 */
export const spdx: PackageFormat = {
  of: "packages",
  name: "spdx",
  file: "manifest.spdx.json",
  print: (manifest) => {
    const content = contentOf(manifest);
    const uuid = contentUuid(JSON.stringify(content));
    // The specification's own place for documents that are not published anywhere (6.5).
    const documentNamespace = `http://spdx.org/spdxdocs/live-image-${uuid}`;
    const document = { ...head, documentNamespace, ...content };
    return [`${JSON.stringify(document, null, 2)}\n`];
  },
};

const documentId = "SPDXRef-DOCUMENT";
const head = {
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  SPDXID: documentId,
  name: "live-image",
} as const;

function contentOf(manifest: Manifest) {
  const { packages, distribution, date } = manifest;
  const systemId = `SPDXRef-OperatingSystem-${idText(distribution.id)}`;
  const sources = sourcesOf(packages);
  const ids = new Map(packages.map((each) => [each.purl, packageId(each)]));
  return {
    comment: commentOf(manifest),
    creationInfo: { created: date, creators: ["Tool: isotrace"] },
    packages: [
      {
        SPDXID: systemId,
        name: distribution.id,
        ...(distribution.version === "" ? {} : { versionInfo: distribution.version }),
        primaryPackagePurpose: "OPERATING_SYSTEM",
        ...unknown,
        supplier: supplierOf(distribution.name),
        downloadLocation: "NOASSERTION",
      },
      ...packages.filter(({ isSource }) => !isSource).map(binaryPackage),
      ...sources.map(sourcePackage),
    ],
    relationships: [
      relationship(documentId, "DESCRIBES", systemId),
      ...packages.filter(({ isSource }) => !isSource).flatMap((each) => relationshipsOf(each, systemId, ids)),
    ],
  };
}

/** What the format demands and nobody has looked at. */
const unknown = {
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: "NOASSERTION",
  copyrightText: "NOASSERTION",
} as const;

function commentOf({ archives, material }: Manifest): string {
  const states = archives.map(({ name, reference }) => `${name} ${reference}`).join(", ");
  const causes = material?.build.causes().causes ?? [];
  return [
    ...(causes.length > 0 ? [`INCOMPLETE: ${causes.join("; ")}`] : []),
    `Packages used to build a live image; states of the archives: ${states === "" ? "unknown" : states}`,
  ].join("\n");
}

function binaryPackage(each: Listed) {
  const { source, sourceVersion, origins } = each;
  const places = origins.map(({ uri, suite, component }) => `${uri} ${suite} ${component}`.trimEnd());
  const info = [
    ...(source === "" ? [] : [`built from source package ${source} ${sourceVersion}`.trimEnd()]),
    ...(places.length === 0 ? [] : [`listed in ${places.join(", ")}`]),
    ...(each.where.length === 0 ? [] : [`used in: ${each.where.join(", ")}`]),
  ];
  return {
    ...packageOf(each, packageId(each)),
    ...(info.length === 0 ? {} : { sourceInfo: info.join("; ") }),
  };
}

function sourcePackage(each: Listed) {
  return { ...packageOf(each, sourceId(each.purl, each.name)), primaryPackagePurpose: "SOURCE" };
}

function packageOf({ name, version, purl, vendor, uri, sha256 }: Listed, id: string) {
  return {
    SPDXID: id,
    name,
    ...(version === "" ? {} : { versionInfo: version }),
    ...unknown,
    supplier: supplierOf(vendor),
    downloadLocation: isUrl(uri) ? uri : "NOASSERTION",
    ...(isSha256(sha256) ? { checksums: [{ algorithm: "SHA256", checksumValue: sha256 }] } : {}),
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

/** The source packages that were fetched, and those that binary ones were built from. */
function sourcesOf(packages: readonly Listed[]): Listed[] {
  const fetched = packages.filter(({ isSource }) => isSource);
  const builtFrom = packages
    .filter(({ sourcePurl }) => sourcePurl !== "")
    .map((each) => ({
      ...each,
      isSource: true,
      name: each.source,
      version: each.sourceVersion,
      purl: each.sourcePurl,
      uri: "",
      sha256: "",
    }));
  return sortUnique([...fetched, ...builtFrom], ({ purl }) => purl);
}

function relationshipsOf(each: Listed, systemId: string, ids: ReadonlyMap<string, string>) {
  const id = packageId(each);
  return [
    isInImage(each)
      ? relationship(systemId, "CONTAINS", id)
      : relationship(id, "BUILD_DEPENDENCY_OF", systemId),
    ...(each.sourcePurl === ""
      ? []
      : [relationship(id, "GENERATED_FROM", sourceId(each.sourcePurl, each.source))]),
    ...(each.dependsOn ?? []).map((purl) => relationship(id, "DEPENDS_ON", ids.get(purl)!)),
  ];
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function supplierOf(vendor: string): string {
  return vendor === "" ? "NOASSERTION" : `Organization: ${vendor}`;
}

// Readers that do not know `primaryPackagePurpose` go by how the identifier begins (Trivy before 0.50).
function packageId({ purl, name }: Listed): string {
  return `SPDXRef-Package-${idText(name)}-${digest(purl)}`;
}

function sourceId(purl: string, name: string): string {
  return `SPDXRef-SourcePackage-${idText(name)}-${digest(purl)}`;
}

/** Letters, digits, `.` and `-` are all that an identifier may have. */
function idText(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]+/g, "-");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
