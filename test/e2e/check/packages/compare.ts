import type { PackageJson } from "../../../../collector/manifest/json.ts";
import type { Deb } from "./debs.ts";

const unpacking: ReadonlySet<string> = new Set(["bootstrap", "install", "upgrade", "present"]);

/**
 * What is wrong between the lines of dpkg's logs of the two systems and the packages that the manifest has for them. What
 * is unpacked in the image's own system after that was packed is the builder's.
 */
export function againstLogs(
  logs: { image: string; builder: string },
  inImage: readonly PackageJson[],
  inBuilder: readonly PackageJson[],
): string[] {
  const [image, builder] = [unpackedIn(logs.image), unpackedIn(logs.builder)];
  const [ofImage, ofBuilder] = [listed(inImage), listed(inBuilder)];
  return [
    ...[...image]
      .filter((key) => !ofImage.has(key) && !ofBuilder.has(key))
      .map((key) => `image: not in the manifest: ${key}`),
    ...[...builder].filter((key) => !ofBuilder.has(key)).map((key) => `builder: not in the manifest: ${key}`),
    ...[...ofImage].filter((key) => !image.has(key)).map((key) => `image: not in dpkg.log: ${key}`),
    ...[...ofBuilder]
      .filter((key) => !builder.has(key) && !image.has(key))
      .map((key) => `builder: in neither dpkg.log: ${key}`),
  ];
}

function listed(packages: readonly PackageJson[]): Set<string> {
  return new Set(
    packages
      .filter(({ kind, actions }) => kind === "binary" && actions.some((action) => unpacking.has(action)))
      .map(keyOf),
  );
}

/**
 * `NAME:ARCH VERSION` of every line of dpkg.log that says that a package was unpacked. debootstrap begins with an entry
 * for dpkg itself that has no architecture; the same version is unpacked again with one.
 */
export function unpackedIn(log: string): Set<string> {
  const keys = [...log.matchAll(/^\S+ \S+ status unpacked (\S+) (\S+)$/gm)].map(([, name, version]) => ({
    name,
    version,
  }));
  const withArchitecture = new Set(
    keys
      .filter(({ name }) => name!.includes(":"))
      .map(({ name, version }) => `${name!.split(":")[0]} ${version}`),
  );
  return new Set(
    keys.map(({ name, version }) => `${name} ${version}`).filter((key) => !withArchitecture.has(key)),
  );
}

/** What is wrong between the files that were fetched and the manifest's packages. */
export function againstDebs(debs: readonly Deb[], packages: readonly PackageJson[]): string[] {
  const binary = packages.filter(({ kind }) => kind === "binary");
  const files = new Map(debs.map((deb) => [keyOf(deb), deb]));
  const listed = new Set(binary.map(keyOf));
  return [
    ...debs.filter((deb) => !listed.has(keyOf(deb))).map(({ file }) => `not in the manifest: ${file}`),
    ...debs.filter(({ isOfBootstrap }) => isOfBootstrap).flatMap((deb) => notBootstrapped(deb, binary)),
    ...binary.flatMap((each) => wrongIn(each, files.get(keyOf(each)))),
  ];
}

function notBootstrapped(deb: Deb, packages: readonly PackageJson[]): string[] {
  const found = packages.some((each) => keyOf(each) === keyOf(deb) && each.actions.includes("bootstrap"));
  return found ? [] : [`not in the manifest as of the bootstrap: ${deb.file}`];
}

function wrongIn(each: PackageJson, deb: Deb | undefined): string[] {
  const name = `${each.where}: ${keyOf(each)}`;
  if (deb === undefined) return [`${name}: no file of it was kept`];
  const wrong: string[] = [];
  const same = (field: "source" | "sourceVersion" | "size" | "sha256") => {
    if (each[field] !== deb[field])
      wrong.push(`${name}: ${field} is ${each[field]}, but ${deb[field]} of ${deb.file}`);
  };
  for (const field of ["source", "sourceVersion", "size", "sha256"] as const) same(field);
  if (each.origins.length === 0) wrong.push(`${name}: no origin`);
  if (each.uri === null) wrong.push(`${name}: no URI`);
  if (each.reason?.kind === "unknown") wrong.push(`${name}: nothing says why it is there`);
  return wrong;
}

export function keyOf({
  name,
  architecture,
  version,
}: Pick<PackageJson, "name" | "architecture" | "version">): string {
  return `${name}:${architecture} ${version}`;
}
