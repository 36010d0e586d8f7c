import { basename } from "../../story/names.ts";
import type { Detector } from "../detector.ts";
import { isSorted } from "./sorted.ts";

/**
 * Caches in which programs list the modules of a directory, as it gives them: gdk-pixbuf-query-loaders, GTK's
 * query-immodules, gio-querymodules. What a line names: a quoted path, or a name before a colon.
 */
const caches: ReadonlyMap<string, RegExp> = new Map([
  ["loaders.cache", /^"([^"\n]+\.so)"\s*$/gm],
  ["immodules.cache", /^"([^"\n]+\.so)"\s*$/gm],
  ["giomodule.cache", /^([^\s:#]+\.so):/gm],
]);
const fewest = 3;

export const moduleCaches: Detector = {
  name: "caches of modules",
  *examine({ path, content }) {
    const pattern = caches.get(basename(path));
    if (pattern === undefined || content === undefined) return;
    const names = [...content.toString("latin1").matchAll(pattern)].map(([, name]) => name!);
    if (names.length < fewest || isSorted(names)) return;
    yield {
      source: "ordering",
      confidence: "medium",
      reason: "it lists modules in the order in which their directory gave them",
      place: undefined,
    };
  },
};
