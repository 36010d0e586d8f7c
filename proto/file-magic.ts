/** The eight bytes with which a recording begins. A file of its own: telling a recording from others needs no more. */
export const fileMagic = Buffer.from("ISOTRACE", "latin1");
