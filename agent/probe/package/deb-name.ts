export interface DebName {
  name: string;
  version: string;
  architecture: string;
}

/** What apt and debootstrap call a downloaded package: NAME_VERSION_ARCH.deb, the version's colon as %3a. */
export function parseDebName(file: string): DebName | undefined {
  const match = /^([^_/]+)_([^_/]+)_([^_/]+)\.deb$/.exec(file);
  if (match === null) return undefined;
  const [, name, version, architecture] = match as unknown as [string, string, string, string];
  return { name, version: unescaped(version), architecture };
}

/** %XX, as apt's DeQuoteString reads it; others stay. */
export function unescaped(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
