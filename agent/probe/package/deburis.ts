export interface Triplet {
  name: string;
  version: string;
  uri: string;
}

/**
 * debootstrap's `debootstrap/deburis`: lines of package, version and URI, written as each one is downloaded. A line that
 * is not whole (it is being written) or not of that form is passed over. Byte strings.
 */
export function parseDeburis(text: string): Triplet[] {
  const triplets: Triplet[] = [];
  const end = text.lastIndexOf("\n");
  for (const line of text.slice(0, Math.max(end, 0)).split("\n")) {
    const [name, version, uri, more] = line.split(" ");
    if (name && version && uri && more === undefined) triplets.push({ name, version, uri });
  }
  return triplets;
}
