import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type OriginReference, UNKNOWN_REFERENCE } from "../build-manifest.ts";
import { ManifestError } from "../error.ts";
import { ARCHIVE, checked } from "../fields.ts";
import { MAX_FILE_BYTES } from "../lines.ts";
import { parseTriplets, type Triplet, tripletLists } from "../triplets.ts";

/** Reads the three lists of triplets that Tails' aggregator takes. @throws ManifestError */
export function readTriplets(directory: string): Triplet[] {
  return tripletLists.flatMap((list) => {
    const path = join(directory, list);
    return parseTriplets(readBounded(path, "give a directory with deburis, binuris and srcuris"), list, path);
  });
}

/** No build has near as many archives. */
const mostArchives = 1000;

/**
 * Reads the serials of archives as Tails keeps them: DIRECTORY/ARCHIVE/serial, of one line. An empty one is
 * `unknown`, as for Tails' aggregator. @throws ManifestError
 */
export function readSerials(directory: string): OriginReference[] {
  const remedy = "give a directory laid out as ARCHIVE/serial, such as config/APT_snapshots.d";
  let names: string[];
  try {
    names = readdirSync(directory)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (error) {
    throw unreadable(directory, remedy, error);
  }
  if (names.length > mostArchives) {
    const rule = `must have at most ${mostArchives} archives`;
    throw new ManifestError({ subject: directory, rule, value: String(names.length), remedy });
  }
  return names.map((archive) => {
    const path = join(directory, archive, "serial");
    checked(ARCHIVE, archive, directory, remedy);
    return { archive, reference: serialOf(readBounded(path, remedy).toString("latin1"), path) };
  });
}

function serialOf(text: string, path: string): string {
  const serial = text.replace(/\n$/, "");
  if (serial === "") return UNKNOWN_REFERENCE;
  if (/^(?:\d{10}|\d{8}T\d{6}Z|latest)$/.test(serial)) return serial;
  throw new ManifestError({
    subject: path,
    rule: "must be a serial (YYYYMMDDNN), a snapshot's time (YYYYMMDDTHHMMSSZ) or latest",
    value: serial,
    remedy: "write the serial of the snapshot that was used",
  });
}

/** A regular file's content. @throws ManifestError if it is none, cannot be read, or is larger than any manifest. */
export function readBounded(path: string, remedy: string, most = MAX_FILE_BYTES): Buffer {
  try {
    // Opening a pipe would wait for a writer.
    if (!statSync(path).isFile()) throw new ManifestError({ subject: path, rule: "must be a file", remedy });
    const fd = openSync(path, "r");
    try {
      const { size } = fstatSync(fd);
      if (size > most) {
        const rule = `must be at most ${most} bytes`;
        throw new ManifestError({ subject: path, rule, value: `${size} bytes`, remedy });
      }
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof ManifestError) throw error;
    throw unreadable(path, remedy, error);
  }
}

function unreadable(subject: string, remedy: string, cause: unknown): ManifestError {
  const value = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new ManifestError({ subject, rule: "must be readable", value, remedy, cause });
}
