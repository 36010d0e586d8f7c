/** An address in this process, as koffi gives it; 0n or null is NULL. */
export type Pointer = bigint | null;
