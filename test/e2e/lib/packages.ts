import { readFileSync } from "node:fs";
import { execa } from "execa";

/** The packages of a system tree that dpkg says are installed, as `name version`, sorted. */
export async function installedPackages(root: string): Promise<string[]> {
  const format = `\${db:Status-Status} \${Package} \${Version}\\n`;
  const lines = await queryPackages(root, format);
  return lines
    .filter((line) => line.startsWith("installed "))
    .map((line) => line.slice("installed ".length))
    .sort();
}

/** A line for each package of a system tree, in the format of dpkg-query(1). */
export async function queryPackages(root: string, format: string): Promise<string[]> {
  const { stdout } = await execa("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, "-W", `-f=${format}`]);
  return stdout.split("\n");
}

/** The packages that the output of apt says were fetched, as `name version`, sorted: `Get:1 URI SUITE ARCH NAME ARCH VERSION [SIZE]`. */
export function fetchedPackages(log: string): string[] {
  const lines = readFileSync(log, "latin1").matchAll(/Get:\d+ \S+ \S+ \S+ (\S+) \S+ (\S+) \[[\d.,]+ \S+\]/g);
  return [...new Set([...lines].map(([, name, version]) => `${name} ${version}`))].sort();
}

/** The lines of a list of triplets. */
export function readTriplets(path: string): { name: string; version: string; uri: string }[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [name, version, uri] = line.split(" ");
      return { name: name!, version: version!, uri: uri! };
    });
}

/** Those URIs of a list that cannot be had. */
export async function unreachable(uris: string[]): Promise<string[]> {
  const bad: string[] = [];
  const waiting = [...uris];
  const worker = async () => {
    for (let uri = waiting.pop(); uri !== undefined; uri = waiting.pop()) {
      const { ok } = await fetch(uri, { method: "HEAD" });
      if (!ok) bad.push(uri);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return bad;
}
