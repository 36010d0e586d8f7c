import type { Origin } from "../../../proto/events.ts";
import { parseListName } from "./list-name.ts";
import { type Source, withoutScheme, withScheme } from "./sources-list.ts";

type Place = Omit<Origin, "list">;

/** More than anyone configures. */
const most = 100_000;
const ending =
  /_?(?:(?:binary-[^_]*|source)_)?(?:Packages|Sources|InRelease|Release)(?:\.(?:gz|xz|lz4|zst|bz2))?$/;

/**
 * Tells which archive, suite and component a file of apt's lists is of. A list's name has neither the scheme nor the
 * end of the archive's path, so it is held against the names that apt gives the lists of the configured archives.
 */
export class Places {
  readonly #places = new Map<string, Place>();
  readonly #uris = new Set<string>();

  /** What is configured now. What was stays known: a list can outlive the entry that it came from. */
  configure({ uri, suite, components }: Source): void {
    this.learn(uri);
    const at = withoutScheme(uri);
    if (suite.endsWith("/")) {
      // The names of files in a flat repository's list begin at the archive's URI, not at its directory.
      this.#add(`${at}/${suite}`.replace(/\/$/, ""), { uri, suite, component: "" });
      return;
    }
    this.#add(`${at}/dists/${suite}`, { uri, suite, component: "" });
    for (const component of components)
      this.#add(`${at}/dists/${suite}/${component}`, { uri, suite, component });
  }

  /** An archive's URI that is known from elsewhere. */
  learn(uri: string): void {
    if (this.#uris.size < most) this.#uris.add(uri);
  }

  of(list: string): Place {
    const known = this.#places.get(list.replace(ending, ""));
    if (known !== undefined) return known;
    const { base, suite, component } = parseListName(list) ?? { base: "", suite: "", component: "" };
    return { uri: withScheme(base, this.#uris), suite, component };
  }

  #add(path: string, place: Place): void {
    if (this.#places.size >= most) return;
    // As apt names it (URItoFileName), and as debootstrap does, which escapes nothing. The last that is configured counts.
    this.#places.set(path.replaceAll("/", "_"), place);
    this.#places.set(escaped(path).replaceAll("/", "_"), place);
  }
}

const special = '\\|{}[]<>"^~_=!@#$%&*';

/** apt's QuoteString with the characters that URItoFileName gives it. Byte string. */
function escaped(path: string): string {
  let name = "";
  for (const each of path) {
    const code = each.charCodeAt(0);
    const isPlain = code > 0x20 && code < 0x7f && !special.includes(each);
    name += isPlain ? each : `%${code.toString(16).padStart(2, "0")}`;
  }
  return name;
}
