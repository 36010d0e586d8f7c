import { fileURLToPath } from "node:url";

/** The checkout. */
export const checkout = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
/** The command `isotrace` of the checkout. */
export const isotrace = `${checkout}/agent/isotrace`;
/** Where checks build: not /tmp, which may be small or a tmpfs. */
export const workspace = process.env.ISOTRACE_WORKSPACE ?? "/var/tmp/isotrace-checks";

/** A directory of one test file's own, so that two runs of the tests do not meet; the test removes it. */
export function testHome(name: string): string {
  return `${workspace}/test-${name}-${process.pid}`;
}
