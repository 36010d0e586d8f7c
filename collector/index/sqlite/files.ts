import type { DatabaseSync } from "node:sqlite";
import { jsonText } from "../../model/bytes.ts";
import { joinWriter, type StoryJson, type WhyJson, type WriterJson, whyVersion } from "../../why/json.ts";
import { followLinks } from "../../why/resolve.ts";
import type {
  DescribedFile,
  FileQuery,
  IndexedBuild,
  IndexedFile,
  Page,
  StoredWriter,
} from "../index-store.ts";
import { cursorOf, partsOf } from "./cursor.ts";
import { shelfLength, unshelve } from "./shelves.ts";

/** Shelves that are kept open: those of one directory are asked for again and again. */
const mostOpen = 200;
/** Files that are looked at for one page: a filter that few fit must not hold up the others. */
const mostLooked = 20_000;

/** Files and stories of builds, as they stand on their shelves. */
export class Files {
  readonly #fileShelf;
  readonly #nextShelves;
  readonly #storyShelf;
  /** The latest last. */
  readonly #open = new Map<string, unknown>();

  constructor(database: DatabaseSync) {
    this.#fileShelf = database.prepare(
      "SELECT first, shelf FROM files WHERE build = ? AND first <= ? ORDER BY first DESC LIMIT 1",
    );
    this.#nextShelves = database.prepare(
      "SELECT first, shelf FROM files WHERE build = ? AND first > ? ORDER BY first LIMIT 1",
    );
    this.#storyShelf = database.prepare("SELECT shelf FROM stories WHERE build = ? AND first = ?");
  }

  /** A build's shelves have changed. */
  forget(): void {
    this.#open.clear();
  }

  why(build: number, facts: IndexedBuild, asked: string): WhyJson | "cut" | undefined {
    const { path, through } = followLinks(asked, (each) => this.#file(build, each)?.entry ?? undefined);
    const file = this.#file(build, path);
    if (file === undefined) return facts.isCut ? "cut" : undefined;
    if (file.writers.length < file.allWriters) return "cut";
    const { entry } = file;
    return {
      version: whyVersion,
      build: facts.id,
      complete: facts.complete === true,
      causes: facts.causes,
      path: jsonText(path),
      asked: jsonText(asked),
      through: through.map(({ link, target }) => ({ link: jsonText(link), target: jsonText(target) })),
      type: entry?.type ?? null,
      sha256: entry === null || entry.sha256 === "" ? null : entry.sha256,
      state: file.state,
      stateFrom: file.stateFrom,
      problem: entry === null || entry.problem === "" ? null : entry.problem,
      package: file.package,
      writers: file.writers.map((writer) => this.#writer(build, writer)),
    };
  }

  /** Those that the image or the binary directory has, in byte order. @throws BadCursor */
  list(build: number, query: FileQuery): Page<IndexedFile> {
    const from = query.after === "" ? query.prefix : partsOf(query.after, [""] as [string])[0];
    const isAfter = query.after !== "";
    const items: IndexedFile[] = [];
    let looked = 0;
    for (const file of this.#from(build, from)) {
      if (file.path < from || (isAfter && file.path === from)) continue;
      if (!file.path.startsWith(query.prefix)) return { items, next: null };
      if (items.length === query.limit) return { items, next: cursorOf(items.at(-1)!.path) };
      if (fits(file, query)) items.push(this.#listed(build, file));
      if (++looked >= mostLooked) return { items, next: cursorOf(file.path) };
    }
    return { items, next: null };
  }

  *#from(build: number, path: string): Generator<DescribedFile> {
    let at = this.#shelfOf(build, path);
    if (at === undefined) at = this.#shelfAfter(build, Buffer.alloc(0), true);
    while (at !== undefined) {
      yield* at.files;
      at = this.#shelfAfter(build, at.first);
    }
  }

  #file(build: number, path: string): DescribedFile | undefined {
    return this.#shelfOf(build, path)?.files.find((file) => file.path === path);
  }

  #shelfOf(build: number, path: string) {
    return this.#opened(build, this.#fileShelf.get(build, Buffer.from(path, "latin1")));
  }

  #shelfAfter(build: number, first: Uint8Array, isFirst = false) {
    return this.#opened(build, this.#nextShelves.get(build, isFirst ? Buffer.alloc(0) : first));
  }

  #opened(build: number, row: Record<string, unknown> | undefined) {
    if (row === undefined) return undefined;
    const { first, shelf } = row as { first: Uint8Array; shelf: Uint8Array };
    const key = `${build} ${Buffer.from(first).toString("latin1")}`;
    return { first, files: this.#unshelved<DescribedFile[]>(key, shelf) };
  }

  #writer(build: number, { story, ...deed }: StoredWriter): WriterJson {
    const first = story - (story % shelfLength);
    const row = this.#storyShelf.get(build, first) as { shelf: Uint8Array } | undefined;
    const stories = row === undefined ? [] : this.#unshelved<StoryJson[]>(`${build} ${first}`, row.shelf);
    const found = stories[story - first];
    if (found === undefined) throw new Error(`the index has no story ${story} of build ${build}`);
    return joinWriter(deed, found);
  }

  #unshelved<T>(key: string, shelf: Uint8Array): T {
    const known = this.#open.get(key);
    this.#open.delete(key);
    const things = known ?? unshelve<T>(shelf);
    this.#open.set(key, things);
    if (this.#open.size > mostOpen) this.#open.delete(this.#open.keys().next().value!);
    return things as T;
  }

  #listed(build: number, { path, entry, state, writers: [newest] }: DescribedFile): IndexedFile {
    return { path, ...entry!, state, writer: newest === undefined ? null : this.#writer(build, newest) };
  }
}

function fits({ entry }: DescribedFile, query: FileQuery): boolean {
  if (entry === null) return false;
  if (query.relation !== "" && entry.relation !== query.relation) return false;
  return query.package === "" || entry.package.split(":", 1)[0] === query.package;
}
