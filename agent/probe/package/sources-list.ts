import { withoutUsers } from "../configuration/credentials.ts";
import { stanzas } from "./deb822.ts";

/** An archive that apt's configuration names, with one of its suites. */
export interface Source {
  /** Without user, password, and slash at the end. */
  uri: string;
  /** Ends with "/" for a flat repository: then it is a directory, and has no components. */
  suite: string;
  components: string[];
}

/** More than anyone configures; a hostile stanza could multiply its URIs with its suites. */
const most = 10_000;

/**
 * The archives that apt's configuration names (sources.list(5)). One-line entries with or without options in brackets;
 * deb822 style for the files called *.sources. Entries that are switched off count: their lists may still be there.
 */
export function parseSources(text: string, file: string): Source[] {
  return (file.endsWith(".sources") ? fromStanzas(text) : fromLines(text)).slice(0, most);
}

function fromLines(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s*)?([^#]*)/.exec(line);
    const [uri, suite, ...components] = wordsOf(match?.[1]);
    if (uri !== undefined && suite !== undefined) sources.push({ uri: clean(uri), suite, components });
  }
  return sources;
}

function fromStanzas(text: string): Source[] {
  const sources: Source[] = [];
  for (const stanza of stanzas(text)) {
    const components = wordsOf(stanza.get("components"));
    for (const uri of wordsOf(stanza.get("uris"))) {
      for (const suite of wordsOf(stanza.get("suites"))) {
        if (sources.length < most) sources.push({ uri: clean(uri), suite, components });
      }
    }
  }
  return sources;
}

function wordsOf(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** The URI of an archive of which only host and path are known: with the scheme that one of these gives it, else the likeliest. */
export function withScheme(base: string, configured: Iterable<string>): string {
  const wanted = withoutSlash(base);
  for (const uri of configured) if (withoutScheme(uri) === wanted) return uri;
  return base.startsWith("/") ? `file:${base}` : `http://${base}`;
}

/** Host and path, as the names of apt's lists have them. */
export function withoutScheme(uri: string): string {
  return withoutSlash(uri.replace(/^[a-z0-9+.-]+:(?:\/\/)?/i, ""));
}

/** What a recording may hold of a URI: no user, no password. */
function clean(uri: string): string {
  return withoutSlash(withoutUsers(uri));
}

function withoutSlash(text: string): string {
  let end = text.length;
  while (end > 1 && text[end - 1] === "/") end--;
  return text.slice(0, end);
}
