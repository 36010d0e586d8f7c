import type { Endpoint } from "./endpoint.ts";
import { buildEndpoints } from "./endpoints/builds.ts";
import { documentEndpoints } from "./endpoints/documents.ts";
import { listEndpoints } from "./endpoints/lists.ts";
import { operationEndpoints } from "./endpoints/operation.ts";
import { recordingEndpoints } from "./endpoints/recording.ts";
import { whyEndpoints } from "./endpoints/why.ts";

/** All that the API answers. */
export const endpoints: readonly Endpoint[] = [
  ...operationEndpoints(() => endpoints),
  ...buildEndpoints,
  ...listEndpoints,
  ...whyEndpoints,
  ...documentEndpoints,
  ...recordingEndpoints,
];
