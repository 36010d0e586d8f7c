import { arTimes } from "./ar.ts";
import { certificateTimes } from "./certificate.ts";
import { cpioTimes } from "./cpio.ts";
import { fatTimes } from "./fat.ts";
import type { TimeFormat } from "./field.ts";
import { fontconfigTimes } from "./fontconfig.ts";
import { gzipTimes } from "./gzip.ts";
import { isoTimes } from "./iso9660.ts";
import { javaKeyStoreTimes } from "./java-key-store.ts";
import { peTimes } from "./pe.ts";
import { pycTimes } from "./pyc.ts";
import { shadowTimes } from "./shadow.ts";
import { sqliteTimes } from "./sqlite.ts";
import { squashfsTimes } from "./squashfs.ts";
import { tarTimes } from "./tar.ts";
import { zipTimes } from "./zip.ts";

/** Every format with times at known places. */
export const timeFormats: readonly TimeFormat[] = [
  gzipTimes,
  zipTimes,
  arTimes,
  tarTimes,
  cpioTimes,
  peTimes,
  pycTimes,
  javaKeyStoreTimes,
  certificateTimes,
  squashfsTimes,
  isoTimes,
  fatTimes,
  fontconfigTimes,
  shadowTimes,
  sqliteTimes,
];
