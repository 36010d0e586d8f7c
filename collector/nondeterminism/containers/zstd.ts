import { constants, zstdDecompressSync } from "node:zlib";
import { compressed } from "./compressed.ts";
import type { Container } from "./container.ts";

/** RFC 8878. What is cut off is decompressed as far as it goes. */
export const zstd: Container = {
  name: "zstd",
  matches: (content) => content.length >= 8 && content.readUInt32LE(0) === 0xfd2fb528,
  open: (content, budget) =>
    compressed("zstd", content, budget, (data, room) =>
      zstdDecompressSync(data, {
        maxOutputLength: room,
        finishFlush: constants.ZSTD_e_flush,
        params: { [constants.ZSTD_d_windowLogMax]: 27 },
      }),
    ),
};
