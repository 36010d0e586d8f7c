/**
 * A number below 2^53 that stands for an inode and its generation, from the file handle that the kernel
 * gives (name_to_handle_at(2)): equal for hard links, different for a later file with the same inode number.
 */
export function objectOf(key: string): number {
  let low = 0x811c9dc5;
  let high = 0x9dc5;
  for (let i = 0; i < key.length; i++) {
    const byte = key.charCodeAt(i);
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
  }
  return ((high >>> 12) & 0xfffff) * 0x1_0000_0000 + (low >>> 0);
}
