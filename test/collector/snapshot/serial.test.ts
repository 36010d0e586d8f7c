import { expect, test } from "vitest";
import { nextSerial } from "../../../collector/snapshot/serial.ts";

test.each([
  ["", "2026-11-24T23:59:59Z", "2026112401"],
  ["2026112401", "2026-11-24T00:00:00Z", "2026112402"],
  ["2026112409", "2026-11-24T00:00:00Z", "2026112410"],
  ["2026112498", "2026-11-25T00:00:00Z", "2026112501"],
  ["2026112501", "2026-11-24T00:00:00Z", "2026112502"], // the clock was set back
  ["2026112499", "2026-11-24T00:00:00Z", undefined],
])("after %j, at %s, comes %s", (last, now, next) => {
  expect(nextSerial(last, new Date(now))).toBe(next);
});
