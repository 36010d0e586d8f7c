import type { Build } from "../../model/build.ts";
import type { PathHistory } from "../../model/frozen.ts";
import type { Image, ImageEntry } from "../../model/image.ts";
import type { Stories } from "../../story/story.ts";
import { type Writer, writersOf } from "../../story/writers.ts";

/** Events are stamped some milliseconds after what they tell of; a queue that was full delays them more. Microseconds. */
const latest = 2_000_000;
/** Names in one directory that are looked at. */
const mostNames = 5000;

/** Who gave directories their times: it is the last that made, removed or renamed a name in them. */
export class DirectoryTimes {
  readonly #build: Build;
  readonly #stories: Stories;
  readonly #names = new Map<string, string[]>();
  readonly #image: Image;

  constructor(build: Build, stories: Stories, image: Image) {
    this.#build = build;
    this.#stories = stories;
    this.#image = image;
    for (const path of image.tree?.paths() ?? image.entries.keys()) {
      const parent = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
      const names = this.#names.get(parent);
      if (names === undefined) this.#names.set(parent, [path]);
      else names.push(path);
    }
  }

  /** The name whose coming or going is nearest to a directory's time, and who did it. */
  of({ path, mtime, mtimeNanoseconds }: ImageEntry): { name: string; writer: Writer } | undefined {
    const wanted = mtime * 1e6 + mtimeNanoseconds / 1e3;
    let found: { name: string; writer: Writer } | undefined;
    let nearest = latest;
    for (const below of (this.#names.get(path) ?? []).slice(0, mostNames)) {
      if (below === path) continue;
      for (const writer of this.#writersOf(below)) {
        if (!/create|rename|delete|link|copy/.test(writer.operation)) continue;
        const distance = Math.abs(this.#build.clock.real(writer.time) - wanted);
        if (distance >= nearest) continue;
        nearest = distance;
        found = { name: below.slice(below.lastIndexOf("/") + 1), writer };
      }
    }
    return found;
  }

  #writersOf(path: string): Writer[] {
    const history: PathHistory = this.#image.tree?.get(path) ?? { history: 0, past: 0 };
    return writersOf(this.#build, this.#stories, path, "", history);
  }
}
