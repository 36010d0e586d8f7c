import { SnapshotError } from "../error.ts";
import type { IndexFile } from "../state.ts";
import { stanzasOf } from "./stanzas.ts";

/** Fields that say what an archive is, and so what apt's pins match (apt_preferences(5)). */
const identity = [
  "Origin",
  "Label",
  "Suite",
  "Version",
  "Codename",
  "NotAutomatic",
  "ButAutomaticUpgrades",
  "Changelogs",
  "Description",
] as const;

export interface ReleaseContent {
  /** Those of {@link identityOf}. */
  readonly release: Readonly<Record<string, string>>;
  readonly architectures: readonly string[];
  readonly components: readonly string[];
  readonly date: number;
  readonly validUntil: number | undefined;
  readonly files: readonly IndexFile[];
}

/** A Release file (https://wiki.debian.org/DebianRepository/Format). */
export function printRelease(content: ReleaseContent): string {
  const { release, architectures, components, date, validUntil, files } = content;
  const fields = {
    ...release,
    Date: dateText(date),
    ...(validUntil === undefined ? {} : { "Valid-Until": dateText(validUntil) }),
    Architectures: architectures.join(" "),
    Components: components.join(" "),
  };
  return [
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`),
    "SHA256:\n",
    ...files.map(({ sha256, size, path }) => ` ${sha256} ${size} ${path}\n`),
  ].join("");
}

/** What a Release or InRelease file says of the archive; the suite is called as it was asked for if that is not told. */
export function identityOf(text: string, suite: string): Record<string, string> {
  const stanza = releaseStanza(text);
  const fields = identity
    .map((name) => [name, stanza.field(name)] as const)
    .filter(([, value]) => value !== "");
  return { Codename: suite, ...Object.fromEntries(fields) };
}

/** The files that a Release file lists, of SHA-256. @throws SnapshotError if it lists none. */
export function filesOf(text: string, path: string): IndexFile[] {
  const lines = releaseStanza(text).lines("SHA256");
  if (lines.length === 0)
    throw new SnapshotError({
      subject: path,
      rule: "must list files by SHA256",
      remedy: "update the mirror again",
    });
  return lines.map((line) => {
    const [sha256, size, name] = line.split(/\s+/);
    return { path: name!, size: Number(size), sha256: sha256! };
  });
}

/** As in RFC 5322, in UTC: what apt reads. */
export function dateText(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().replace("GMT", "UTC");
}

function releaseStanza(text: string) {
  const plain = text.replace(/^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*\n/, "");
  return stanzasOf(plain.split("\n-----BEGIN PGP SIGNATURE-----")[0]!)[0] ?? stanzasOf("Suite: unknown")[0]!;
}
