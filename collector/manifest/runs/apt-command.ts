/** What a command of apt-get, apt or aptitude asks for (apt-get(8), aptitude(8)). */
export interface AptCommand {
  /** `install`, `dist-upgrade`, ...; empty if there is none. */
  readonly verb: string;
  /** What follows it: packages, mostly. */
  readonly words: readonly string[];
  /** `-t`, `--target-release`, `--default-release` or `-o APT::Default-Release=`; empty if not given. */
  readonly targetRelease: string;
}

/** Options that take the next word, if they do not have their value after `=` or, for the short ones, joined to them. */
const withValue: ReadonlySet<string> = new Set([
  "option",
  "config-file",
  "target-release",
  "default-release",
  "host-architecture",
  "build-profiles",
  "snapshot",
]);
const shortWithValue: Readonly<Record<string, string>> = {
  o: "option",
  c: "config-file",
  t: "target-release",
  a: "host-architecture",
  P: "build-profiles",
  S: "snapshot",
};
/** aptitude's own letters that take a value: of its searches, mostly. */
const aptitudeWithValue: ReadonlySet<string> = new Set(["F", "O", "w"]);

/** @param argv what follows the program's name. */
export function aptCommand(program: string, argv: readonly string[]): AptCommand {
  const words: string[] = [];
  let targetRelease = "";
  const option = (name: string, value: string) => {
    if (name === "target-release" || name === "default-release") targetRelease = value;
    const given = name === "option" ? /^APT::Default-Release=(.*)$/i.exec(value) : null;
    if (given !== null) targetRelease = given[1]!;
  };
  let isEnded = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (isEnded || !word.startsWith("-") || word === "-") words.push(word);
    else if (word === "--") isEnded = true;
    else if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = word.slice(2, equals < 0 ? undefined : equals);
      if (equals >= 0) option(name, word.slice(equals + 1));
      else if (withValue.has(name)) option(name, argv[++i] ?? "");
    } else i += short(program, word.slice(1), argv[i + 1], option);
  }
  return { verb: words[0] ?? "", words: words.slice(1), targetRelease };
}

/** Letters with one dash, of which one may take the rest or the next word. @returns how many more words it takes. */
function short(
  program: string,
  letters: string,
  next: string | undefined,
  option: (name: string, value: string) => void,
): number {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    // -q=2
    if (letters[i + 1] === "=" && shortWithValue[letter] === undefined) return 0;
    const isOfAptitude = program === "aptitude" && aptitudeWithValue.has(letter);
    const name = shortWithValue[letter];
    if (name === undefined && !isOfAptitude) continue;
    const rest = letters.slice(i + 1).replace(/^=/, "");
    if (name !== undefined) option(name, rest !== "" ? rest : (next ?? ""));
    return rest !== "" ? 0 : 1;
  }
  return 0;
}
