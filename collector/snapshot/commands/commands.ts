import { bumpCommand } from "./bump.ts";
import type { SnapshotCommand } from "./command.ts";
import { expireCommand } from "./expire.ts";
import { freezeCommand } from "./freeze.ts";
import { listCommand } from "./list.ts";
import { mirrorCommand } from "./mirror.ts";
import { resolveCommand } from "./resolve.ts";
import { serveCommand } from "./serve.ts";
import { tagCommand } from "./tag.ts";
import { takeCommand } from "./take.ts";
import { thawCommand } from "./thaw.ts";
import { verifyCommand } from "./verify.ts";

/** In the order of the help, which is that of a release. */
export const commands: readonly SnapshotCommand[] = [
  mirrorCommand,
  takeCommand,
  listCommand,
  serveCommand,
  freezeCommand,
  thawCommand,
  resolveCommand,
  bumpCommand,
  tagCommand,
  expireCommand,
  verifyCommand,
];
