import type { Detector } from "../detector.ts";
import { asked } from "./needs.ts";
import { Places } from "./place.ts";
import { programsOf } from "./programs.ts";

/** 128 bits in hexadecimal, and a line's end (machine-id(5)). */
const form = /^[0-9a-f]{32}\n?$/;
const longest = 33;
/** What makes one; their draws look like those for hash tables, so that these programs are known by name. */
const makers = /^(?:systemd-machine-id-setup|systemd-firstboot|dbus-uuidgen|systemd)$/;

/** A machine's id, which has to be made at first boot: live-build's hooks 8020 and 8060 remove it. */
export const machineId: Detector = {
  name: "machine-id",
  *examine(subject, facts) {
    const { content, path, within } = subject;
    if (content === undefined || within.length > 0 || content.length > longest) return;
    if (!/\/machine-id$/.test(path) || !form.test(content.toString("latin1"))) return;
    const isMade =
      programsOf(subject).some(({ name }) => makers.test(name)) || asked(subject, ["/etc/machine-id"]);
    const hasDrawn = subject.family.some(({ needs }) => needs.some(({ what }) => /random/.test(what)));
    if (!isMade && !hasDrawn && facts.areNeedsRecorded && subject.family.length > 0) return;
    yield {
      source: "randomness",
      confidence: isMade ? "high" : "medium",
      reason: "it is the machine's id, which is drawn at random",
      place: new Places(subject, content).at(0, content.length, "machine-id"),
    };
  },
};
