import type protobuf from "protobufjs";

/** Has protobufjs read 64-bit fields as numbers. Times, sizes and objects stay below 2^53; who reads others refuses what is larger. */
export function readNumbers(library: typeof protobuf): void {
  (library.util as { Long: unknown }).Long = null;
  library.configure();
}
