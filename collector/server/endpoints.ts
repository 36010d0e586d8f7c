import type { Endpoint } from "./endpoint.ts";
import { buildEndpoints } from "./endpoints/builds.ts";
import { contentEndpoints } from "./endpoints/contents.ts";
import { operationEndpoints } from "./endpoints/operation.ts";
import { recordingEndpoints } from "./endpoints/recording.ts";

/** All that the API answers. */
export const endpoints: readonly Endpoint[] = [
  ...operationEndpoints(() => endpoints),
  ...buildEndpoints,
  ...contentEndpoints,
  ...recordingEndpoints,
];
