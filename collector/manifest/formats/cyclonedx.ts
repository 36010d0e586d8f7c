import { contentUuid } from "./content-id.ts";
import type { PackageFormat } from "./format.ts";
import { isInImage, type Listed, type Manifest } from "./manifest.ts";
import { isSha256, isUrl } from "./values.ts";

/**
 * CycloneDX 1.6 in JSON (ECMA-424). Without a time, and with a serial number made from the content: two builds with
 * the same packages give the same bytes. Scanners find the distribution in the `operating-system` component and
 * in the purls.
 */
export const cyclonedx: PackageFormat = {
  of: "packages",
  name: "cyclonedx",
  file: "manifest.cdx.json",
  print: (manifest) => {
    const content = contentOf(manifest);
    const serialNumber = `urn:uuid:${contentUuid(JSON.stringify(content))}`;
    const document = { ...head, serialNumber, version: 1, ...content };
    return [`${JSON.stringify(document, null, 2)}\n`];
  },
};

const head = {
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.6",
} as const;

const imageRef = "image";
const systemRef = "operating-system";

function contentOf(manifest: Manifest) {
  const { packages, distribution, material } = manifest;
  const { id, version } = distribution;
  const causes = material?.build.causes();
  return {
    metadata: {
      lifecycles: [{ phase: "build" }],
      tools: { components: [{ type: "application", name: "isotrace" }] },
      component: { "bom-ref": imageRef, type: "container", name: "live-image" },
      properties: [
        ...manifest.archives.map(({ name, reference }) => property("archive", `${name} ${reference}`)),
        ...(causes?.causes ?? []).map((cause) => property("incomplete", cause)),
      ],
    },
    components: [
      { "bom-ref": systemRef, type: "operating-system", name: id, ...(version === "" ? {} : { version }) },
      ...packages.map(component),
    ],
    dependencies: [
      { ref: imageRef, dependsOn: [systemRef] },
      { ref: systemRef, dependsOn: packages.filter(isInImage).map(({ purl }) => purl) },
      ...packages.flatMap(({ purl, dependsOn }) =>
        dependsOn === undefined ? [] : [{ ref: purl, dependsOn }],
      ),
    ],
    compositions: [{ aggregate: aggregateOf(causes?.complete), assemblies: [imageRef] }],
  };
}

/** Whether all packages are listed. */
function aggregateOf(complete: boolean | undefined): "complete" | "incomplete" | "unknown" {
  if (complete === undefined) return "unknown";
  return complete ? "complete" : "incomplete";
}

function component(each: Listed) {
  const { name, version, purl, vendor, sha256, uri, source, sourceVersion, sourcePurl } = each;
  const ancestor = { type: "library", name: source, version: sourceVersion, purl: sourcePurl };
  return {
    "bom-ref": purl,
    type: "library",
    ...(vendor === "" ? {} : { supplier: { name: vendor } }),
    name,
    version,
    ...(isSha256(sha256) ? { hashes: [{ alg: "SHA-256", content: sha256 }] } : {}),
    purl,
    ...(source === "" ? {} : { pedigree: { ancestors: [ancestor] } }),
    ...(isUrl(uri) ? { externalReferences: [{ type: "distribution", url: uri }] } : {}),
    properties: propertiesOf(each),
  };
}

function propertiesOf({ where, stages, origins, uri }: Listed) {
  return [
    ...where.map((place) => property("where", place)),
    ...stages.map((stage) => property("stage", stage)),
    ...origins.map(({ uri, suite, component }) => property("origin", `${uri} ${suite} ${component}`)),
    ...(uri === "" || isUrl(uri) ? [] : [property("uri", uri)]),
  ];
}

function property(name: string, value: string) {
  return { name: `isotrace:${name}`, value };
}
