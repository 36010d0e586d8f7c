import { commands } from "../snapshot/commands/commands.ts";
import { SnapshotError } from "../snapshot/error.ts";
import { RepreproFailure } from "../snapshot/reprepro/program.ts";
import { UsageError } from "./usage-error.ts";

const names = commands.map(({ name }) => name);

export const usage = `isotrace snapshot COMMAND ...

Frozen archives: build from a snapshot, keep what a release used, rebuild it bit for bit.

${commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join("\n")}

${commands.map((each) => each.usage).join("\n")}
Of all that change an instance:
  --data DIR       the instance: its instance.yml says what is mirrored (default /var/lib/isotrace/snapshots)
  --wait SECONDS   how long to wait for another command (default 0)

instance.yml:
  name: Example snapshots            # of the key that signs
  days: 10                           # how long a snapshot is valid
  archives:
    - name: debian
      url: http://deb.debian.org/debian
      suites: [bookworm, bookworm-updates]
      components: [main]
      architectures: [amd64]
      sources: true
      lacking: [adduser]             # sources that upstream lists and does not have: a tag goes without
      keyring: /usr/share/keyrings/debian-archive-keyring.gpg
      filter:                        # mirror these packages only, and their sources
        packages: names.list         # a name on each line
        manifest: build-manifest     # of an earlier build
`;

export async function main([name, ...args]: string[]): Promise<number> {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return saying(() => command.main(args));
  const given = name === undefined ? "no command given" : `"${name}" is not a command`;
  throw new UsageError(`snapshot: ${given}; give one of ${names.join(", ")}`);
}

/** What the system refuses comes from many places, and can be done the same about it. */
async function saying(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RepreproFailure && !error.isOfSpace) {
      const remedy = 'run it again; "isotrace snapshot list --files" tells whether anything is missing';
      throw new SnapshotError({
        subject: "reprepro",
        rule: `must not fail (${error.message})`,
        remedy,
        cause: error,
      });
    }
    const { code, path } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT" && !(error instanceof RepreproFailure)) throw error;
    const remedy = "free space and run it again: what was begun is undone or finished then";
    throw new SnapshotError({
      subject: path ?? "the instance",
      rule: `must fit on the disk (${(error as Error).message})`,
      remedy,
      cause: error,
    });
  }
}
