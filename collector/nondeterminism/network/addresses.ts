/** Whether a connection to an address stays on this machine (RFC 5735, RFC 4291); 0.0.0.0 and :: are it, too. */
export function isLoopback(address: string): boolean {
  const plain = shownAddress(address);
  const mapped = /^::ffff:([0-9a-f]+):[0-9a-f]+$/.exec(plain);
  if (mapped !== null) return Number.parseInt(mapped[1]!, 16) >> 8 === 127;
  return /^127\./.test(plain) || plain === "::1" || plain === "::" || plain === "0.0.0.0";
}

/** An address in its usual form: `::1` (RFC 5952). What is no address stays as it is. */
export function shownAddress(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = URL.parse(`http://[${address}]/`);
  return parsed === null ? address : parsed.hostname.slice(1, -1);
}
