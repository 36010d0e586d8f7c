import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { Layout } from "../layout.ts";
import { listen } from "../serve/server.ts";
import { readState } from "../state.ts";
import { pointLiveBuild } from "../tree/live-build.ts";
import { defaultMirrors, readSettings, settingsFile } from "../tree/settings.ts";

/** The same in every verification: it is in what the build prints, and in nothing of the image. */
const port = 8123;

/**
 * What runs inside the network namespace of a verification: a server of one tag's archives, and the build.
 *
 *     inside.ts DATA TAG WORK COMMAND...
 */
async function main([data, tag, work, ...command]: string[]): Promise<number> {
  await execa("ip", ["link", "set", "lo", "up"]);
  const layout = new Layout(data!);
  const archives = readState(layout).tags.find(({ name }) => name === tag)!.archives;
  const warn = (message: string) => process.stderr.write(`isotrace: ${message}\n`);
  const { server, url } = await listen(layout, { host: "127.0.0.1", port, onlyTag: tag }, warn);
  const urls = new Map(Object.keys(archives).map((archive) => [archive, `${url}/${tag}/${archive}`]));
  const env = process.env as Record<string, string>;
  const settings = existsSync(join(work!, settingsFile)) ? readSettings(work!) : defaultMirrors;
  await pointLiveBuild(work!, settings, urls, env);
  const { exitCode, signal } = await execa(command[0]!, command.slice(1), {
    cwd: work!,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
  });
  server.closeAllConnections();
  server.close();
  if (signal !== undefined) warn(`${command.join(" ")} was ended by ${signal}`);
  return exitCode ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`isotrace: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
