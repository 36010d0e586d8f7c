import type { Detector } from "../detector.ts";

/** Numbers that are given to people (Debian Policy 9.2.2). */
const firstUser = 1000;
const lastUser = 59_999;

/** Owners that the image does not know: a file was brought in as it was on the builder's machine. */
export const fileOwners: Detector = {
  name: "file owners",
  *examine({ entry }, { users }) {
    if (entry === undefined || users === undefined) return;
    const { uid } = entry;
    if (uid < firstUser || uid > lastUser || users.has(uid)) return;
    yield {
      source: "username",
      confidence: "medium",
      reason: "its owner is nobody of the image: it may be the builder",
      place: { within: [], offset: 0, line: undefined, bytes: "", meaning: `owner ${uid}` },
    };
  },
};
