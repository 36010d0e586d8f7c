import { fileURLToPath } from "node:url";

/** The checkout. */
export const checkout = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
/** The command `isotrace` of the checkout. */
export const isotrace = `${checkout}/agent/isotrace`;
/** Where checks build: not /tmp, which may be small or a tmpfs. */
export const workspace = process.env.ISOTRACE_WORKSPACE ?? "/var/tmp/isotrace-checks";
