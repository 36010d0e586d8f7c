import { execa } from "execa";
import { sourceFiles, sourceOf } from "../../../../collector/snapshot/archive/package.ts";
import { type Stanza, stanzasOf } from "../../../../collector/snapshot/archive/stanzas.ts";

export interface Upstream {
  readonly url: string;
  readonly suites: readonly string[];
}

const atOnce = 8;

/** The sources of packages that an archive lists, and of which it does not have every file: mirrors can be in part. */
export async function lackingSources(
  { url, suites }: Upstream,
  packages: ReadonlySet<string>,
): Promise<string[]> {
  const wanted = new Set<string>();
  const sources: Stanza[] = [];
  for (const suite of suites) {
    for (const each of await index(`${url}/dists/${suite}/main/binary-amd64/Packages.xz`))
      if (packages.has(each.field("Package"))) wanted.add(sourceOf(each).name);
    sources.push(...(await index(`${url}/dists/${suite}/main/source/Sources.xz`)));
  }
  const lacking = new Set<string>();
  const waiting = sources.filter((each) => wanted.has(each.field("Package")));
  const worker = async () => {
    for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
      const name = source.field("Package");
      for (const { path } of sourceFiles(source)) if (!(await has(`${url}/${path}`))) lacking.add(name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return [...lacking].sort();
}

async function index(url: string): Promise<Stanza[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const input = Buffer.from(await response.arrayBuffer());
  const { stdout } = await execa("xz", ["--decompress", "--stdout"], {
    input,
    encoding: "buffer",
    maxBuffer: 1 << 28,
  });
  return stanzasOf(Buffer.from(stdout).toString("latin1"));
}

async function has(url: string): Promise<boolean> {
  return (await fetch(url.replaceAll("+", "%2b").replaceAll("~", "%7e"), { method: "HEAD" })).ok;
}
