import type { TimeFormat } from "./field.ts";

const day = 86_400_000_000;

/** When passwords were changed last, in days since 1970: the third field of shadow(5), in which no other file has them. */
export const shadowTimes: TimeFormat = {
  name: "shadow",
  *fields(content, { path, within }) {
    if (!/\/(?:shadow-?|shadow\.bak)$/.test(within.at(-1) ?? path)) return;
    let at = 0;
    for (const line of content.toString("latin1").split("\n")) {
      const fields = line.split(":");
      const [name, password, changed] = fields;
      if (fields.length === 9 && changed !== undefined && /^\d{1,6}$/.test(changed)) {
        yield {
          offset: at + name!.length + password!.length + 2,
          length: changed.length,
          time: Number(changed) * day,
          resolution: day,
          meaning: "days, decimal, last change of a password in shadow(5)",
          source: "timestamp",
        };
      }
      at += line.length + 1;
    }
  },
};
