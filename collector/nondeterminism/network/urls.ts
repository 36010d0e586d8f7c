import { withoutCredentials } from "./secrets.ts";

/** Options of downloaders whose value is a URL, or may hold one, that nothing is fetched from. */
const notFetched =
  /^(-H|--header|-x|--proxy|--preproxy|--socks\w*|-e|--execute|--referer|-A|-U|--user-agent|-d|--data(-\w+)?|-F|--form|-b|--cookie|-w|--write-out|--proxy-header|--trusted-host|-m|--message|--post-data|--body-data|--doh-url|-o|-O|--output|--output-document)$/;

const fetching =
  /\b(?:git\+)?(?:https?|ftps?|ftp|sftp|git|ssh|svn|rsync|svn\+ssh|git\+ssh|bzr|s3|gs|oci|docker|hkps?):\/\/[^\s'"<>|]+/gi;

/** A command line names few; one that is made of thousands is cut. */
const most = 20;

/** The URLs that a command line names to be fetched, in their order, without credentials. */
export function urlsOf(tool: string, argv: readonly string[]): string[] {
  const found: string[] = [];
  for (const [i, word] of argv.entries()) {
    if (i === 0 || notFetched.test(argv[i - 1]!)) continue;
    const joined = /^(--[\w-]+)=/.exec(word);
    if (joined !== null && notFetched.test(joined[1]!)) continue;
    for (const [url] of word.matchAll(fetching)) found.push(withoutCredentials(url));
    const remote = remoteOf(tool, word);
    if (remote !== undefined) found.push(remote);
  }
  return [...new Set(found)].slice(0, most);
}

/** `[user@]host:path`, as git, scp and rsync take it, and `host::module`; without the user. */
function remoteOf(tool: string, word: string): string | undefined {
  if (!["git", "scp", "sftp", "rsync"].includes(tool) || word.startsWith("-")) return undefined;
  const found = /^(?:[^\s@/:]+@)?([A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9-]+|localhost)(::?(?!\/\/)\S+)$/.exec(
    word,
  );
  return found === null ? undefined : `${found[1]}${found[2]}`;
}
