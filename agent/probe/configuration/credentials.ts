/**
 * A configuration file's text without what only its owner may know: user and password in URLs, the words after `login`
 * and `password` in the manner of netrc(5), and all of a file that has a private key. What stands there instead is
 * nothing, so that a line has the words that apt goes by. Takes linear time, whatever the text.
 */
export function withoutCredentials(text: string): string {
  if (text.includes("PRIVATE KEY")) return "";
  const plain = withoutUsers(text);
  return /^[ \t]*machine\s/m.test(plain) ? plain.replace(/\b(login|password|account)\s+\S+/gi, "$1") : plain;
}

/** URLs without user and password. A password that has an `@` of its own goes with them. */
export function withoutUsers(text: string): string {
  return text.replace(/:\/\/[^/\s"'<>]*@/g, "://");
}
