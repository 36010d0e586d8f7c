/** What stands in the place of a secret. */
const hidden = "***";

/** Parameters of a URL, and variables, that let one in. */
const secretName = /token|secret|passw|pwd|credential|auth|signature|^sig$|api-?key|access-?key|session/i;

/** Options whose value lets one in, of curl, wget, lftp, svn, npm, pip and others. */
const secretOption =
  /^--(user|proxy-user|password|passwd|http-passw(or)?d|http-user|ftp-password|ftp-user|proxy-password|oauth2-bearer|token|auth|auth-token|_authToken|api-key|cookie|pass)$/;

/** A header that does, also as one of git's settings: `http.extraHeader=Authorization: Basic ...`. */
const secretHeader =
  /((?:authorization|cookie|[\w-]*(?:token|secret|password|api-?key)[\w-]*)\s*:\s*)[^'"]+/gi;

/** A URL without user, password, and parameters that are secrets. What is no URL stays as it is. */
export function withoutCredentials(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1")
    .replace(/([?&#;]([\w.~%-]+)=)[^&#;]*/g, (whole, start: string, name: string) =>
      secretName.test(name) ? `${start}${hidden}` : whole,
    );
}

/** A command line that may be shown to others: without the credentials that its words hold. */
export function withoutSecrets(argv: readonly string[]): string[] {
  const takesUser = argv.slice(0, 3).some((word) => /(^|\/)(curl|wget|lftp|http|https)$/.test(word));
  return argv.map((word, i) => {
    const option = argv[i - 1] ?? "";
    if (i > 0 && (secretOption.test(option) || (takesUser && option === "-u"))) return hidden;
    if (takesUser && /^-u./.test(word)) return `-u${hidden}`;
    return withinWord(word);
  });
}

/** A word may be a script (`sh -c`), an option with its value, a variable or a header. */
function withinWord(word: string): string {
  // What is looked for has one of these in it, and most words have none.
  if (!/[:=\s]/.test(word)) return word;
  return word
    .replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'"<>|]+/gi, withoutCredentials)
    .replace(secretHeader, `$1${hidden}`)
    .replace(/(^|[\s;])(--?[\w-]+)(=|\s+)('[^']*'|"[^"]*"|[^\s;|&]+)/g, (whole, ...parts: string[]) => {
      const [before, option, between] = parts as [string, string, string];
      const isSecret = secretOption.test(option) || (option === "-u" && /\b(curl|wget|lftp)\b/.test(word));
      return isSecret ? `${before}${option}${between}${hidden}` : whole;
    })
    .replace(/(^|[\s;])(\w+)=('[^']*'|"[^"]*"|[^\s;|&]+)/g, (whole, before: string, name: string) =>
      secretName.test(name) ? `${before}${name}=${hidden}` : whole,
    );
}
