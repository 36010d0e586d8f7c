import type { Build } from "../../model/build.ts";
import { byteString } from "../../model/bytes.ts";
import { byteOrder } from "../build-manifest.ts";

/** Those that decide on what a build makes: others tell of its user, and may be secrets. */
const told = /^(?:SOURCE_DATE_EPOCH|TZ|LANG|LANGUAGE|LC_[A-Z]+|DEB_[A-Z_]+|LB_[A-Z_]+)$/;

/** The variables of a build's environment that a document may name, in byte order. Byte strings. */
export function toldEnvironment({ segments }: Build): [name: string, value: string][] {
  return (segments[0]?.environment ?? [])
    .map(({ name, value }): [string, string] => [byteString(name), byteString(value)])
    .filter(([name]) => told.test(name))
    .sort(([a], [b]) => byteOrder(a, b));
}
