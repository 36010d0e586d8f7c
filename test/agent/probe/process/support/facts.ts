import type { ExecFacts } from "../../../../../agent/probe/process/incarnation.ts";

const none = new Uint8Array();

/** What an exec told: arguments joined by blanks, and the working directory. */
export function factsOf(command = "", workingDirectory = "/", rest: Partial<ExecFacts> = {}): ExecFacts {
  const argv = Buffer.from(command === "" ? "" : `${command.replaceAll(" ", "\0")}\0`);
  return {
    argv,
    argvLength: argv.length,
    filename: none,
    executable: none,
    workingDirectory: Buffer.from(workingDirectory),
    uid: 0,
    root: 0,
    environment: [],
    restored: false,
    cut: false,
    ...rest,
  };
}
