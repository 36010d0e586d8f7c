import type { Detector } from "./detector.ts";
import { addresses } from "./detectors/addresses.ts";
import { archiveMetadata } from "./detectors/archive-metadata.ts";
import { archiveOrder } from "./detectors/archive-order.ts";
import { concurrentWriters } from "./detectors/concurrent-writers.ts";
import { fileModes } from "./detectors/file-modes.ts";
import { fileOwners } from "./detectors/file-owners.ts";
import { fileTimes } from "./detectors/file-times.ts";
import { hashOrder } from "./detectors/hash-order.ts";
import { knownCaches } from "./detectors/known-caches.ts";
import { knownIdentifiers } from "./detectors/known-identifiers.ts";
import { listingOrder } from "./detectors/listing-order.ts";
import { localeOrder } from "./detectors/locale-order.ts";
import { machineId } from "./detectors/machine-id.ts";
import { machineValues } from "./detectors/machine-values.ts";
import { moduleCaches } from "./detectors/module-caches.ts";
import { names } from "./detectors/names.ts";
import { processIds } from "./detectors/process-ids.ts";
import { processors } from "./detectors/processors.ts";
import { randomContent } from "./detectors/random-content.ts";
import { randomTokens } from "./detectors/random-tokens.ts";
import { secrets } from "./detectors/secrets.ts";
import { times } from "./detectors/times.ts";
import { uuids } from "./detectors/uuids.ts";

/** Every detector, in the order in which what they see is told. */
export const detectors: readonly Detector[] = [
  times,
  uuids,
  machineId,
  secrets,
  knownIdentifiers,
  randomTokens,
  randomContent,
  machineValues,
  processors,
  processIds,
  addresses,
  names,
  archiveMetadata,
  archiveOrder,
  listingOrder,
  localeOrder,
  hashOrder,
  knownCaches,
  moduleCaches,
  concurrentWriters,
  fileTimes,
  fileModes,
  fileOwners,
];
