import type { Act, ActKind, Exec, Testimony } from "./act.ts";
import { type Effect, effects } from "./effects.ts";
import { type Found, NameTree, type Place, pathOf } from "./names.ts";
import { Processes, type Traced } from "./processes.ts";
import { type Call, descriptorPath, exited, parseStrace, textOf, vectorOf } from "./strace.ts";

/**
 * What strace saw happen below a directory that was empty when it began.
 * @param log written with `straceOptions`.
 * @param directory absolute, without symlinks.
 * @param start the working directory of the first process.
 */
export function witness(log: string, directory: string, start: string): Testimony {
  const scene = new Scene(directory);
  const calls = parseStrace(log);
  const processes = new Processes(calls, scene.tree.place(start));
  for (const call of calls) {
    const process = processes.of(call);
    const effect = effects[call.name];
    if (call.name === exited) processes.end(call);
    else if (effect !== undefined) scene.play(effect, call, process);
  }
  return { acts: scene.acts, execs: scene.execs, parents: processes.parents };
}

/** The tree of names as the calls change it, and what they did to it. */
class Scene {
  readonly tree: NameTree;
  readonly acts: Act[] = [];
  readonly execs: Exec[] = [];

  constructor(directory: string) {
    this.tree = new NameTree(directory);
  }

  play(effect: Effect, { args, result }: Call, process: Traced): void {
    const find = (at: number | undefined, path: number, follow = false) =>
      this.#find(process, at === undefined ? undefined : args[at], args[path], follow);
    switch (effect.does) {
      case "exec":
        process.command = { filename: textOf(args[effect.path])!, argv: vectorOf(args[effect.argv]!) };
        this.execs.push({ actor: process.actor, command: process.command });
        return;
      case "chdir":
        process.cwd = this.#place(process, textOf(args[effect.path])!);
        return;
      case "chroot":
        process.root = this.#place(process, textOf(args[effect.path])!);
        return;
      case "fchdir":
        process.cwd = this.tree.place(descriptorPath(args[effect.descriptor])!);
        return;
      case "mount":
      case "unmount": {
        const entry = find(undefined, effect.path, true)?.entry;
        if (entry !== undefined) entry.mounted = effect.does === "mount";
        return;
      }
      case "open": {
        const flags = typeof effect.flags === "string" ? effect.flags : args[effect.flags]!;
        if (flags.includes("O_TMPFILE")) return; // it has no name yet
        const follow = !/O_EXCL|O_NOFOLLOW/.test(flags);
        this.#open(process, find(effect.at, effect.path, follow) ?? this.#opened(result, args), flags);
        return;
      }
      case "create": {
        const target = effect.target === undefined ? undefined : textOf(args[effect.target]);
        this.#create(process, find(effect.at, effect.path), target);
        return;
      }
      case "delete": {
        const found = find(effect.at, effect.path);
        if (found === undefined) return;
        this.#act(process, "delete", found);
        this.tree.remove(found);
        return;
      }
      case "rename": {
        const exchange = args[effect.flags ?? -1]?.includes("RENAME_EXCHANGE") === true;
        const [from, to] = [find(...effect.from), find(...effect.to)];
        const path = from === undefined ? this.#outside(process, args, effect.from) : fullPath(from);
        const target = to === undefined ? this.#outside(process, args, effect.to) : fullPath(to);
        this.#rename(process, { from, path }, { to, target }, exchange);
        return;
      }
      case "write":
        this.#act(process, "write", find(undefined, effect.path, true));
        return;
      case "attributes": {
        const { at, path, follow = true, unless, write } = effect;
        if (unless?.test(args.join(", "))) return;
        const kind = write?.test(args.join(", ")) ? "write" : "attributes";
        const byName = path !== undefined && (textOf(args[path]) ?? "") !== "";
        const follows =
          typeof follow === "number" ? !(args[follow] ?? "").includes("AT_SYMLINK_NOFOLLOW") : follow;
        this.#act(process, kind, byName ? find(at, path, follows) : this.#named(args[at!]!));
        return;
      }
      default:
        effect satisfies never;
    }
  }

  #open(process: Traced, found: Found | undefined, flags: string): void {
    if (found === undefined || found.entry?.mounted) return;
    if (flags.includes("O_CREAT") && found.entry === undefined) this.#create(process, found);
    if (/O_WRONLY|O_RDWR/.test(flags)) this.#act(process, "write", found);
  }

  /** A file that was opened through /proc/PID/fd. */
  #opened(result: string, args: string[]): Found | undefined {
    return args.some((arg) => textOf(arg)?.startsWith("/proc/")) ? this.#named(result) : undefined;
  }

  #create(process: Traced, found: Found | undefined, target?: string): void {
    if (found === undefined) return;
    this.tree.add(found.directory, found.name, target);
    this.#act(process, "create", found);
  }

  #rename(
    { actor, command }: Traced,
    { from, path }: { from: Found | undefined; path: string },
    { to, target }: { to: Found | undefined; target: string },
    exchange: boolean,
  ): void {
    if (from === undefined && to === undefined) return;
    this.acts.push({ kind: "rename", path, to: target, actor, command });
    if (from === undefined) this.tree.add(to!.directory, to!.name);
    else if (to === undefined) this.tree.remove(from);
    else if (exchange) {
      this.acts.push({ kind: "rename", path: target, to: path, actor, command });
      this.tree.exchange(from, to);
    } else this.tree.move(from, to);
  }

  #outside(process: Traced, args: string[], [at, path]: [at: number | undefined, path: number]): string {
    const text = textOf(args[path])!;
    if (text.startsWith("/")) return `@${text}`;
    const from = at === undefined ? undefined : descriptorPath(args[at]);
    const base = from ?? ("outside" in process.cwd ? process.cwd.outside : "");
    return `@${base}/${text}`;
  }

  #act({ actor, command }: Traced, kind: ActKind, found: Found | undefined): void {
    if (found !== undefined) this.acts.push({ kind, path: fullPath(found), to: "", actor, command });
  }

  /** What an open descriptor stands for, if it still has a name. */
  #named(descriptor: string): Found | undefined {
    if (descriptor.includes("(deleted)")) return undefined;
    const place = this.tree.place(descriptorPath(descriptor) ?? "");
    if (!("inside" in place) || place.inside.parent === undefined) return undefined;
    const { parent, name } = place.inside;
    return { directory: parent, name, entry: place.inside };
  }

  #find(
    process: Traced,
    at: string | undefined,
    path: string | undefined,
    follow: boolean,
  ): Found | undefined {
    const text = textOf(path);
    if (text === undefined) return undefined;
    const named = at === undefined ? undefined : descriptorPath(at);
    const from = named === undefined ? process.cwd : this.tree.place(named);
    return this.tree.find(text, from, process.root, follow);
  }

  #place(process: Traced, path: string): Place {
    return this.tree.walk(path, process.cwd, process.root);
  }
}

function fullPath({ directory, name }: Found): string {
  return `${pathOf(directory)}/${name}`;
}
