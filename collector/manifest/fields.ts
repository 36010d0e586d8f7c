import { ManifestError } from "./error.ts";
import { CONTROL, MAX_KEY_BYTES } from "./yaml-scalar.ts";

/** A rule for the text of one field of a manifest. */
export type FieldRule = {
  readonly name: string;
  readonly accepts: (value: string) => boolean;
  /** Completes "the NAME ...". */
  readonly rule: string;
};

/** dpkg's rule for names (`pkg_name_is_illegal`), which is wider than Policy's: capitals and `_` pass. */
export const PACKAGE: FieldRule = {
  name: "package",
  accepts: (value) => /^[A-Za-z0-9][A-Za-z0-9+._-]{0,254}$/.test(value),
  rule: "must be a letter or digit, then letters, digits, + - . or _ (255 at most)",
};

/**
 * The characters of deb-version(7), and `%`, since a version taken from a file name may still have its `%3a`.
 * A first digit is not asked for: dpkg only warns.
 */
export const VERSION: FieldRule = {
  name: "version",
  accepts: (value) => /^[A-Za-z0-9.+~:%-]{1,255}$/.test(value),
  rule: "must have letters, digits and . + ~ : - % only (255 at most)",
};

export const ARCH: FieldRule = {
  name: "arch",
  accepts: (value) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(value),
  rule: "must have small letters, digits and - only (63 at most)",
};

/** One component of a path, since an archive's name is a directory in `APT_snapshots.d`. */
export const ARCHIVE: FieldRule = {
  name: "archive",
  accepts: (value) =>
    value !== "" &&
    !CONTROL.test(value) &&
    !/^\.|\//.test(value) &&
    Buffer.byteLength(value) <= MAX_KEY_BYTES,
  rule: `must be a file name of at most ${MAX_KEY_BYTES} bytes that does not begin with a dot`,
};

export const REFERENCE: FieldRule = {
  name: "reference",
  accepts: (value) => /^[!-~]{1,128}$/.test(value),
  rule: "must be printable ASCII without spaces (128 at most)",
};

/** `value`, if `field` accepts it. @throws ManifestError naming `subject` and what to do. */
export function checked(field: FieldRule, value: string, subject: string, remedy: string): string {
  if (field.accepts(value)) return value;
  throw new ManifestError({ subject, rule: `the ${field.name} ${field.rule}`, value, remedy });
}
