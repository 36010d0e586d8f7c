import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const address = "https://raw.githubusercontent.com/spdx/spdx-spec/v2.3/schemas/spdx-schema.json";
const sha256 = "239208b7ac287b3cf5d9a9af23f9d69863971102a5e1587a27a398b43490b89b";
const kept = join(import.meta.dirname, "../../../../../node_modules/.cache/isotrace/spdx-2.3.schema.json");

/**
 * The official JSON schema of SPDX 2.3, by the digest of its release. It comes with no package of npm or Debian, so it is
 * the file that ISOTRACE_SPDX_SCHEMA names, or is fetched once from the specification's repository.
 *
 * @returns nothing where that repository is not reached
 * @throws Error for a file of other content
 */
export async function officialSpdxSchema(): Promise<object | undefined> {
  const text = await textOfSchema();
  if (text === undefined) return undefined;
  const digest = createHash("sha256").update(text).digest("hex");
  if (digest !== sha256) throw new Error(`the schema of SPDX 2.3 has SHA256 ${digest}, not ${sha256}`);
  mkdirSync(join(kept, ".."), { recursive: true });
  writeFileSync(kept, text);
  return JSON.parse(text.toString());
}

async function textOfSchema(): Promise<Buffer | undefined> {
  const file = process.env.ISOTRACE_SPDX_SCHEMA;
  if (file !== undefined) return readFileSync(file);
  try {
    return readFileSync(kept);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  }
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
  } catch (cause) {
    console.warn(`${address} was not reached, so the official schema of SPDX is not tried: ${cause}`);
    return undefined;
  }
}
