import type { Detector } from "../detector.ts";
import { drawsOf } from "./draws.ts";

/** Secrets that are made for a machine when a package is configured there (ssh-keygen(1), make-ssl-cert(8), systemd-random-seed(8)). */
const made =
  /\/(?:ssh_host_[^/]*_key|ssl-cert-snakeoil\.key|random-seed|credential\.secret|secret_key|\.rnd|dropbear_[^/]*_host_key|debian\.cnf)$/;

/** A secret, of which the content is not recorded: a key or password that is made in a build is another in the next. */
export const secrets: Detector = {
  name: "secrets",
  *examine(subject, facts) {
    const { isSecret, content, path, within } = subject;
    if (!isSecret || content !== undefined || within.length > 0) return;
    const draws = drawsOf(subject, facts);
    if (draws === "sure") {
      const reason = "it is a secret, and who wrote it drew random bytes";
      yield { source: "randomness", confidence: "high", reason, place: undefined };
    } else if (draws !== "none" && made.test(path)) {
      const reason = "it is a secret of a kind that is made for a machine";
      yield { source: "randomness", confidence: "medium", reason, place: undefined };
    }
  },
};
