import { parseArgs } from "node:util";
import { shown } from "../model/bytes.ts";
import { openBuild, resolveBuild } from "../resolve-build.ts";
import { Stories } from "../story/story.ts";
import { whyJson } from "../why/json.ts";
import { nearPaths, type Resolved } from "../why/resolve.ts";
import { colour, plain, whyText } from "../why/text.ts";
import { why } from "../why/why.ts";
import { formatOf, mayColour } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `isotrace why [--format text|json] BUILD PATH
isotrace why [--format text|json] --bytes BASE64 BUILD

Who wrote a path of the image, when, and because of what: newest first.

  BUILD           a build's id, its output directory or a recording
  PATH            absolute, as inside the image; below binary/ of the build directory: /binary/...
  --bytes BASE64  the path's bytes, for one that is not UTF-8: as the JSON has them in {"bytes": ...}
  --format        text (default) or json

Exits 0; 1 if nothing is known of the path.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: "string", default: "text" }, bytes: { type: "string" } },
  });
  const format = formatOf("why", ["text", "json"], values.format);
  const [build, path] = positionals;
  if (build === undefined || positionals.length !== (values.bytes === undefined ? 2 : 1)) {
    throw new UsageError("why: give one BUILD and one PATH, for example: isotrace why latest /etc/passwd");
  }
  const asked = values.bytes === undefined ? bytesOf(path!) : bytesOfBase64(values.bytes);
  if (!asked.startsWith("/")) {
    throw new UsageError(
      `why: PATH must be absolute inside the image, but it is ${JSON.stringify(shown(asked))}; begin it with "/"`,
    );
  }
  const opened = openBuild(resolveBuild(build, process.cwd()));
  const found = why(opened, new Stories(opened), asked);
  if (!found.resolved.isKnown) process.stderr.write(unknownPath(asked, found.resolved));
  if (format === "json") process.stdout.write(`${JSON.stringify(whyJson(opened, asked, found), null, 2)}\n`);
  else if (found.resolved.isKnown) process.stdout.write(whyText(opened, found, mayColour() ? colour : plain));
  return found.resolved.isKnown ? 0 : 1;
}

// Node decodes arguments as UTF-8 and puts U+FFFD for what is not: such a path is no path of any image.
function bytesOf(path: string): string {
  if (path.includes("\ufffd")) {
    throw new UsageError(`why: PATH is not UTF-8; give its bytes with --bytes BASE64`);
  }
  return Buffer.from(path, "utf8").toString("latin1");
}

function bytesOfBase64(text: string): string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new UsageError(
      `why: --bytes must be base64, but it is ${JSON.stringify(text.slice(0, 60))}; encode the path's bytes: printf PATH | base64 -w0`,
    );
  }
  return Buffer.from(text, "base64").toString("latin1");
}

function unknownPath(asked: string, resolved: Resolved): string {
  if (resolved.image === undefined)
    return `isotrace: ${shown(asked)}: the recording has no image to look in: none was packed, and no system stands in chroot/\n`;
  const near = nearPaths(resolved);
  const hint = near.length === 0 ? "check its spelling" : `did you mean ${near.map(shown).join(" or ")}?`;
  return `isotrace: ${shown(asked)}: no such path was ever in the image; ${hint}\n`;
}
