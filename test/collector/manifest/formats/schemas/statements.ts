/**
 * JSON schemas after the text of the specifications, which have none of their own: in-toto attestation framework
 * (spec/v1/statement.md, resource_descriptor.md, digest_set.md; spec/predicates/runtime-trace.md) and SLSA 1.0
 * (provenance). The fields that they define have no others beside them here, so that a misspelt one is found.
 */
const resourceDescriptor = {
  type: "object",
  anyOf: [{ required: ["uri"] }, { required: ["digest"] }, { required: ["content"] }],
  additionalProperties: false,
  properties: {
    name: { type: "string" },
    uri: { type: "string", format: "uri" },
    digest: {
      type: "object",
      minProperties: 1,
      additionalProperties: false,
      properties: { sha256: { type: "string", pattern: "^[0-9a-f]{64}$" } },
    },
    content: { type: "string" },
    downloadLocation: { type: "string", format: "uri" },
    mediaType: { type: "string" },
    annotations: { type: "object" },
  },
};
const resources = { type: "array", items: resourceDescriptor };
const typeUri = { type: "string", format: "uri" };
const timestamp = { type: "string", format: "date-time", pattern: "Z$" };

function statement(predicateType: string, predicate: object) {
  return {
    type: "object",
    required: ["_type", "subject", "predicateType", "predicate"],
    additionalProperties: false,
    properties: {
      _type: { const: "https://in-toto.io/Statement/v1" },
      subject: {
        type: "array",
        minItems: 1,
        items: { allOf: [resourceDescriptor, { type: "object", required: ["name", "digest"] }] },
      },
      predicateType: { const: predicateType },
      predicate,
    },
  };
}

const provenance = statement("https://slsa.dev/provenance/v1", {
  type: "object",
  required: ["buildDefinition", "runDetails"],
  additionalProperties: false,
  properties: {
    buildDefinition: {
      type: "object",
      required: ["buildType", "externalParameters"],
      additionalProperties: false,
      properties: {
        buildType: typeUri,
        externalParameters: { type: "object" },
        internalParameters: { type: "object" },
        resolvedDependencies: resources,
      },
    },
    runDetails: {
      type: "object",
      required: ["builder"],
      additionalProperties: false,
      properties: {
        builder: {
          type: "object",
          required: ["id"],
          additionalProperties: false,
          properties: {
            id: typeUri,
            builderDependencies: resources,
            version: { type: "object", additionalProperties: { type: "string" } },
          },
        },
        metadata: {
          type: "object",
          additionalProperties: false,
          properties: { invocationId: { type: "string" }, startedOn: timestamp, finishedOn: timestamp },
        },
        byproducts: resources,
      },
    },
  },
});

const objects = { type: "array", items: { type: "object" } };
const runtimeTrace = statement("https://in-toto.io/attestation/runtime-trace/v0.1", {
  type: "object",
  required: ["monitor", "monitoredProcess", "monitorLog"],
  additionalProperties: false,
  properties: {
    monitor: {
      type: "object",
      required: ["type"],
      additionalProperties: false,
      properties: { type: typeUri, configSource: resourceDescriptor, tracePolicy: { type: "object" } },
    },
    monitoredProcess: {
      type: "object",
      required: ["hostID", "type", "event"],
      additionalProperties: false,
      properties: { hostID: typeUri, type: typeUri, event: { type: "string" } },
    },
    monitorLog: {
      type: "object",
      minProperties: 1,
      additionalProperties: false,
      properties: { process: objects, network: objects, fileAccess: resources },
    },
    metadata: {
      type: "object",
      additionalProperties: false,
      properties: { buildStartedOn: timestamp, buildFinishedOn: timestamp },
    },
  },
});

/** By the format's name. */
export const statementSchemas = { slsa: provenance, "runtime-trace": runtimeTrace };
