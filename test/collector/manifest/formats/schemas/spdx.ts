/**
 * A JSON schema after the text of SPDX 2.3 (clauses 6 to 8 and 11, and annex F on purls in external references), for what
 * Isotrace writes, closer than the official one: it knows the forms of values. A field that is none of the specification's, or of
 * another form than it asks for, is found.
 */
const identifier = { type: "string", pattern: "^SPDXRef-[A-Za-z0-9.-]+$" };
const text = { type: "string", minLength: 1 };
const location = {
  type: "string",
  anyOf: [{ enum: ["NONE", "NOASSERTION"] }, { pattern: "^[a-z][a-z0-9+.-]*:[!-~]+$" }],
};

const checksum = {
  type: "object",
  required: ["algorithm", "checksumValue"],
  additionalProperties: false,
  properties: {
    algorithm: { const: "SHA256" },
    checksumValue: { type: "string", pattern: "^[0-9a-f]{64}$" },
  },
};

const externalReference = {
  type: "object",
  required: ["referenceCategory", "referenceType", "referenceLocator"],
  additionalProperties: false,
  properties: {
    referenceCategory: { enum: ["PACKAGE-MANAGER", "PACKAGE_MANAGER"] },
    referenceType: { const: "purl" },
    referenceLocator: { type: "string", pattern: "^pkg:[a-z]+/[!-~]+$" },
    comment: text,
  },
};

const packages = {
  type: "object",
  required: ["SPDXID", "name", "downloadLocation"],
  additionalProperties: false,
  properties: {
    SPDXID: identifier,
    name: text,
    versionInfo: text,
    packageFileName: text,
    supplier: { type: "string", pattern: "^(NOASSERTION|(Person|Organization): .+)$" },
    originator: { type: "string", pattern: "^(NOASSERTION|(Person|Organization): .+)$" },
    downloadLocation: location,
    filesAnalyzed: { type: "boolean" },
    checksums: { type: "array", items: checksum },
    homepage: location,
    sourceInfo: text,
    licenseConcluded: text,
    licenseDeclared: text,
    copyrightText: text,
    summary: text,
    description: text,
    comment: text,
    externalRefs: { type: "array", items: externalReference },
    primaryPackagePurpose: {
      enum: ["OPERATING_SYSTEM", "INSTALL", "SOURCE", "ARCHIVE", "APPLICATION", "LIBRARY", "FILE", "OTHER"],
    },
  },
};

const relationship = {
  type: "object",
  required: ["spdxElementId", "relatedSpdxElement", "relationshipType"],
  additionalProperties: false,
  properties: {
    spdxElementId: { type: "string", pattern: "^SPDXRef-[A-Za-z0-9.-]+$" },
    relatedSpdxElement: { type: "string", pattern: "^(SPDXRef-[A-Za-z0-9.-]+|NONE|NOASSERTION)$" },
    relationshipType: {
      enum: [
        "DESCRIBES",
        "CONTAINS",
        "GENERATED_FROM",
        "DEPENDS_ON",
        "BUILD_DEPENDENCY_OF",
        "OPTIONAL_DEPENDENCY_OF",
        "BUILD_TOOL_OF",
        "OTHER",
      ],
    },
    comment: text,
  },
};

export const spdxSchema = {
  type: "object",
  required: ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"],
  additionalProperties: false,
  properties: {
    spdxVersion: { const: "SPDX-2.3" },
    dataLicense: { const: "CC0-1.0" },
    SPDXID: { const: "SPDXRef-DOCUMENT" },
    name: text,
    documentNamespace: { type: "string", pattern: '^[a-z][a-z0-9+.-]*:[!-"$-~]+$' },
    comment: text,
    creationInfo: {
      type: "object",
      required: ["creators", "created"],
      additionalProperties: false,
      properties: {
        creators: {
          type: "array",
          minItems: 1,
          items: { type: "string", pattern: "^(Person|Organization|Tool): .+$" },
        },
        created: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
        licenseListVersion: { type: "string", pattern: "^\\d+\\.\\d+$" },
        comment: text,
      },
    },
    documentDescribes: { type: "array", items: identifier },
    packages: { type: "array", items: packages },
    relationships: { type: "array", items: relationship },
  },
};
