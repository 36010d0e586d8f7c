import type { Need } from "../../../proto/events.ts";
import { basename } from "../../story/names.ts";
import type { Facts } from "../facts.ts";
import type { Relative } from "../family.ts";
import type { Subject } from "../subject.ts";

/**
 * Whether those who took part in a file drew random bytes for what they do: `sure` if one of them did, `likely` if it may
 * have been for this file or for something else, `none` if nobody did, `unknown` if it was not recorded.
 */
export type Draws = "sure" | "likely" | "none" | "unknown";

export function drawsOf({ family }: Subject, { areNeedsRecorded }: Facts): Draws {
  const draws = family.map(drawsOfRelative);
  if (draws.includes("sure")) return "sure";
  if (draws.includes("likely")) return "likely";
  return areNeedsRecorded && family.length > 0 ? "none" : "unknown";
}

/** Random bytes for names of temporary files are in no content. */
const forNames = /^(?:mktemp|tempfile)$/;
/** They draw for what they send and check, not for what they write. */
const forConnections = /^(?:wget|curl|git(?:-remote-https?)?|https?|ssh|gpgv|apt-get|apt|apt-key)$/;

function drawsOfRelative({ role, command, needs }: Relative): Draws {
  const program = basename(command?.executable ?? "");
  if (forNames.test(program)) return "none";
  const drawn = needs.map((need) => drawnBy(program, need));
  if (drawn.includes("likely") || (drawn.includes("sure") && isDoubtful(program, role))) return "likely";
  return drawn.includes("sure") ? "sure" : "none";
}

function isDoubtful(program: string, role: Relative["role"]): boolean {
  return role === "before" || forConnections.test(program);
}

/** GRND_INSECURE (getrandom(2), Linux 5.6): systemd draws so for its hash tables. */
const insecure = 4;
/** Python's seed of its hashes at every start, and with that what `import random` seeds its generator with. */
const pythonStart = 24;
const pythonRandom = pythonStart + 2496;
/** How often perl opens /dev/urandom at its start: for its hashes (perlsec). */
const perlStart = 2;

/** What a need tells, beyond what the program's runtime draws at every start. */
function drawnBy(program: string, { what, count, bytes, flags }: Need): Draws {
  switch (what) {
    case "getrandom":
      // One byte is a question whether there are random numbers, as of GnuTLS.
      if (flags === insecure || bytes <= count) return "none";
      if (/^python/.test(program)) return ofPython(bytes);
      return "sure";
    case "/dev/urandom":
    case "/dev/random":
      if (/^perl/.test(program)) return count > perlStart ? "likely" : "none";
      return /^(?:java|ruby|node)/.test(program) ? "likely" : "sure";
    case "/proc/sys/kernel/random/uuid":
    case "getrandom-vdso":
      return "sure";
    // systemd's programs ask with it whether there was another boot.
    case "/proc/sys/kernel/random/boot_id":
      return "likely";
    default:
      return "none";
  }
}

function ofPython(bytes: number): Draws {
  if (bytes <= pythonStart) return "none";
  return bytes === pythonRandom ? "likely" : "sure";
}
