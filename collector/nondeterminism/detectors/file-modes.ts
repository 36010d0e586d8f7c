import { basename } from "../../story/names.ts";
import type { Writer } from "../../story/writers.ts";
import type { Detector } from "../detector.ts";
import type { Subject } from "../subject.ts";

const usual = 0o022;

/** Modes that a file got from a umask that is not the usual one: who has another gets another image. */
export const fileModes: Detector = {
  name: "file modes",
  *examine(subject, { umask }) {
    const { entry, writers } = subject;
    if (entry === undefined || (entry.type !== "file" && entry.type !== "directory")) return;
    // Whoever sets the mode (chmod, install) does not leave it to the umask.
    if (writers.some((writer) => /attributes|copy/.test(writer.operation))) return;
    const mode = entry.mode & 0o777;
    const asked = entry.type === "directory" || (mode & 0o111) !== 0 ? 0o777 : 0o666;
    if (mode === (asked & ~usual) || (entry.mode & 0o7000) !== 0) return;
    const isBuilders = umask !== usual && mode === (asked & ~umask);
    if (!isBuilders && !isLeftToUmask(subject, mode, asked)) return;
    yield {
      source: "umask",
      confidence: "medium",
      reason: isBuilders
        ? "its mode is what the builder's umask makes of the default one"
        : "its mode is what an unusual umask makes of the default one",
      place: {
        within: [],
        offset: 0,
        line: undefined,
        bytes: "",
        meaning: `mode ${mode.toString(8).padStart(3, "0")}`,
      },
    };
  },
};

/** Programs that make files with mode 666 and directories with 777, and leave the rest to the umask. */
const modest = /^(?:sh|dash|bash|ksh|mksh|zsh|busybox|tee|touch|mkdir)$/;

/** Whether such a program made it, and the bits that lack are all those that a umask takes from group and others. */
function isLeftToUmask({ writers }: Subject, mode: number, asked: number): boolean {
  const creator = writers.findLast(({ operation }) => /create/.test(operation));
  if (creator === undefined || !modest.test(programOf(creator))) return false;
  if (creator.story.chain[0]?.argv.some((word) => /^(?:-m|--mode)/.test(word))) return false;
  // The owner's bits stay with every umask that people have.
  return (mode & 0o700) === (asked & 0o700);
}

function programOf({ story }: Writer): string {
  return basename(story.chain[0]?.executable ?? "");
}
