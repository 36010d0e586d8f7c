import type { ReleaseEvent } from "../../../proto/events.ts";
import { parseStanza } from "./deb822.ts";

export type ReleaseFields = Pick<
  ReleaseEvent,
  | "origin"
  | "label"
  | "releaseSuite"
  | "codename"
  | "date"
  | "validUntil"
  | "version"
  | "signature"
  | "notAutomatic"
  | "butAutomaticUpgrades"
>;

/** Several keys sign a release of Debian: 2 KB. */
export const mostSignature = 64 << 10;

/** The fields of a Release file; of an InRelease file, those within its signature's armour. */
export function parseRelease(text: string): ReleaseFields {
  const armour = /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*\n/.exec(text);
  const body = armour === null ? text : text.slice(armour[0].length);
  const end = body.indexOf("\n-----BEGIN PGP SIGNATURE-----");
  const stanza = parseStanza(end < 0 ? body : body.slice(0, end));
  const field = (name: string) => stanza.get(name) ?? "";
  const signature = end < 0 ? "" : body.slice(end + 1);
  return {
    origin: field("origin"),
    label: field("label"),
    releaseSuite: field("suite"),
    codename: field("codename"),
    date: field("date"),
    validUntil: field("valid-until"),
    version: field("version"),
    signature: Buffer.from(signature.length > mostSignature ? "" : signature, "latin1"),
    notAutomatic: field("notautomatic") === "yes",
    butAutomaticUpgrades: field("butautomaticupgrades") === "yes",
  };
}
