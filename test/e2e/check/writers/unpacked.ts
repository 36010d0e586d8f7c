import { openBuild } from "../../../../collector/resolve-build.ts";
import { programOf } from "../../../../collector/story/names.ts";
import { Stories } from "../../../../collector/story/story.ts";
import { why } from "../../../../collector/why/why.ts";
import { queryPackages } from "../../lib/packages.ts";

export interface Unpacked {
  /** Regular files of the image that dpkg or tar wrote last. */
  files: number;
  /** Those of which `why` names another package, or version of it, than the image's dpkg has, with both. */
  wrong: string[];
}

/** Whether the files that were unpacked are said to be of the package that they came from. @param system where the image's dpkg database is */
export async function unpackedFiles(recording: string, system: string): Promise<Unpacked> {
  const versions = await versionsIn(system);
  const build = openBuild(recording);
  const stories = new Stories(build);
  const result: Unpacked = { files: 0, wrong: [] };
  for (const { path, type, package: owner, relation } of build.image!.entries.values()) {
    if (type !== "file" || owner === "" || relation !== "shipped") continue;
    const [writer] = why(build, stories, path).writers;
    const program = writer?.story.chain[0] === undefined ? "" : programOf(writer.story.chain[0]);
    if (writer === undefined || (program !== "dpkg" && program !== "tar")) continue;
    result.files++;
    const { name, version, architecture } = writer.package ?? { name: "", version: "", architecture: "" };
    const [told, known] = [`${name}:${architecture} ${version}`, `${owner} ${versions.get(owner)}`];
    if (told !== known) result.wrong.push(`${path}: ${told}, and not ${known}`);
  }
  return result;
}

async function versionsIn(system: string): Promise<Map<string, string>> {
  const format = `\${Package}:\${Architecture} \${Version}\\n`;
  return new Map((await queryPackages(system, format)).map((line) => line.split(" ") as [string, string]));
}
