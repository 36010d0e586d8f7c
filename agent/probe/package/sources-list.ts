import { stanzas } from "./deb822.ts";

/**
 * The archives that apt's configuration names (sources.list(5)), as URIs without a slash at the end. One-line entries with
 * or without options in brackets; deb822 style for the files called *.sources.
 */
export function parseSources(text: string, file: string): string[] {
  return file.endsWith(".sources") ? fromStanzas(text) : fromLines(text);
}

function fromLines(text: string): string[] {
  const uris: string[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(`${line} `);
    if (match !== null) uris.push(withoutSlash(match[1]!));
  }
  return uris;
}

function fromStanzas(text: string): string[] {
  const uris: string[] = [];
  for (const stanza of stanzas(text)) {
    for (const uri of (stanza.get("uris") ?? "").split(/\s+/)) if (uri !== "") uris.push(withoutSlash(uri));
  }
  return uris;
}

/** The URI of an archive of which only host and path are known: with the scheme that the configuration gives it, else http. */
export function withScheme(base: string, configured: readonly string[]): string {
  return configured.find((uri) => bare(uri) === withoutSlash(base)) ?? `http://${base}`;
}

/** Without scheme, user and password, as the names of apt's lists are. */
function bare(uri: string): string {
  return withoutSlash(uri.replace(/^[a-z0-9+.-]+:(?:\/\/(?:[^/@]*@)?)?/i, ""));
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, "");
}
