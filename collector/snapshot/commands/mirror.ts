import { UsageError } from "../../cli/usage-error.ts";
import { mirror } from "../mirror/mirror.ts";
import { numberOf, openSession, parse, print, type SnapshotCommand } from "./command.ts";

export const mirrorCommand: SnapshotCommand = {
  name: "mirror",
  summary: "update the mirrors of archives",
  usage: `isotrace snapshot mirror [--retries N] [--pause SECONDS] [ARCHIVE...]
  Verifies upstream's signatures, and fetches what is new: of all archives, or of those named.
  --retries N       how often an update is tried again that failed on the way (default 3)
  --pause SECONDS   before the first of them; twice as long before each next (default 5)
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    retries: { type: "string", default: "3" },
    pause: { type: "string", default: "5" },
  });
  const retries = numberOf("mirror", "retries", values.retries, 0);
  const pause = numberOf("mirror", "pause", values.pause, 0);
  await using session = await openSession("mirror", values);
  const { archives } = session.instance;
  const unknown = positionals.find((name) => !archives.some((each) => each.name === name));
  if (unknown !== undefined) {
    const known = archives.map(({ name }) => name).join(", ");
    throw new UsageError(
      `snapshot mirror: no archive ${JSON.stringify(unknown)} in instance.yml; give one of ${known}`,
    );
  }
  for (const archive of archives) {
    if (positionals.length > 0 && !positionals.includes(archive.name)) continue;
    await mirror(session, archive, { retries, pause });
    print(`${archive.name}: mirrored ${archive.suites.join(", ")} from ${archive.url}`);
  }
  return 0;
}
