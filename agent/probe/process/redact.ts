/**
 * What a command line can hold that no recording may: passwords in URLs, after options and in assignments, and what is sent to a
 * server to prove who asks. The first group stays, the rest of the match goes. Words are separated by NUL.
 */
const defaults: readonly RegExp[] = [
  // http://user:password@host
  /([a-z][a-z0-9+.-]{0,20}:\/\/[^\0\s/:@]{0,100}:)[^\0\s/@]{1,300}(?=@)/gi,
  // --password=X, --password X, --token X; not base-passwd X, nor --token --verbose
  /((?<![^\0\s'"])--?[a-z-]{0,30}(?:password|passwd|passphrase|token|secret|api-?key)(?:=|(?:\0| )(?!--)))[^\0\s]{1,4096}/gi,
  // PASSWORD=X, AWS_SECRET_ACCESS_KEY=X
  /((?<![a-z0-9])[a-z0-9_]{0,60}(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|SECRET_ACCESS_KEY|API_?KEY)=)[^\0\s]{1,4096}/gi,
  // Authorization: Bearer X
  /(Authorization:\s{0,4}[a-z]{1,20}\s{1,4})[^\0\s'"]{1,4096}/gi,
  // curl --user name:X, -u name:X
  /(\0(?:-u|--user)\0[^\0:]{1,100}:)[^\0]{1,300}/gi,
];

/** What each of them matches has one of these. Few command lines do, so most are looked through once. */
const hint = /@|pass(?:word|wd|phrase)|token|secret|api[-_]?key|authorization:|\0(?:-u|--user)\0/i;

const mark = "***";

/** Takes secrets out of command lines. */
export class Redactor {
  readonly #own: readonly RegExp[];

  /** @param patterns regular expressions: what they match goes. @throws SyntaxError for one that is none */
  constructor(patterns: readonly string[]) {
    this.#own = patterns.map((pattern) => new RegExp(pattern, "g"));
  }

  /** @param argv words, each ended by NUL. @returns the same words, the same object if nothing was taken out */
  redact(argv: Uint8Array): Uint8Array {
    const text = Buffer.from(argv.buffer, argv.byteOffset, argv.byteLength).toString("latin1");
    let result = text;
    if (hint.test(text)) for (const pattern of defaults) result = result.replace(pattern, `$1${mark}`);
    // A word's end stays: what is left of it is still one word.
    for (const pattern of this.#own)
      result = result.replace(pattern, (match) => mark + "\0".repeat(match.split("\0").length - 1));
    return result === text ? argv : Buffer.from(result, "latin1");
  }
}
