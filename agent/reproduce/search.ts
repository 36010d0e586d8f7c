/** A build that was compared with the first one, in which nothing was varied. */
export interface Experiment {
  /** Names of what was varied. */
  readonly varied: readonly string[];
  /** Paths that differ from the first build. */
  readonly differing: readonly string[];
}

/** Why a path differs. */
export type Cause =
  /** It differs when nothing but this is varied, or whenever this is. */
  | { readonly kind: "variation"; readonly name: string }
  /** It differs although nothing is varied: time has passed, or it is random. */
  | { readonly kind: "none" }
  /** It differs only if several are varied together. */
  | { readonly kind: "several"; readonly names: readonly string[] };

/**
 * What to vary in the next build; undefined if every difference has its cause. The first experiment varies all, the second
 * nothing; then each halves what can be the cause of as many paths as possible.
 */
export function nextExperiment(
  all: readonly string[],
  done: readonly Experiment[],
): readonly string[] | undefined {
  if (!done.some(({ varied }) => varied.length === all.length)) return all;
  const open = [...suspects(all, done).values()];
  if (open.length === 0) return undefined;
  if (!done.some(({ varied }) => varied.length === 0)) return [];
  const undecided = open.filter((names) => names.length > 1);
  if (undecided.length > 0) return halfOf(all, undecided);
  const left = all.filter((name) => open.some((names) => names.includes(name)));
  return isConfirmed(left, all, done) ? undefined : left;
}

/**
 * A suspect that is only left over could need another's help: the paths must have differed with nothing varied but what is
 * left over for all of them together.
 */
function isConfirmed(left: readonly string[], all: readonly string[], done: readonly Experiment[]): boolean {
  const paths = [...suspects(all, done)].flatMap(([path, names]) => (names.length === 1 ? [path] : []));
  const asked = done.filter(({ varied }) => varied.length > 0 && varied.every((name) => left.includes(name)));
  return paths.every((path) => asked.some(({ differing }) => differing.includes(path)));
}

/** How many builds there will be at the most besides the first: all, nothing, and one for each halving of each path's suspects, and one to confirm. */
export function mostExperiments(all: readonly string[]): number {
  return 3 + all.length;
}

/** The cause of each path that differs, as far as it is known: undecided paths are left out. */
export function causes(all: readonly string[], done: readonly Experiment[]): Map<string, Cause> {
  const found = new Map<string, Cause>();
  const control = new Set(done.find(({ varied }) => varied.length === 0)?.differing);
  for (const path of control) found.set(path, { kind: "none" });
  for (const [path, names] of suspects(all, done)) {
    if (control.has(path)) continue;
    if (names.length === 1) found.set(path, { kind: "variation", name: names[0]! });
    if (names.length === 0) found.set(path, { kind: "several", names: needed(path, all, done) });
  }
  return found;
}

/**
 * For each path that differs, what alone can be the cause of it in view of all experiments: it differs wherever that was
 * varied, and nowhere else. Several causes of one path are told apart no further than the first that is found.
 */
function suspects(all: readonly string[], done: readonly Experiment[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const control = done.find(({ varied }) => varied.length === 0);
  for (const { differing } of done) for (const path of differing) found.set(path, [...all]);
  for (const path of control?.differing ?? []) found.delete(path);
  for (const [path, names] of found) {
    let left = names;
    for (const { varied, differing } of done) {
      // Where it differs, one of what was varied is enough; where it does not, none of that is.
      const here = differing.includes(path)
        ? left.filter((name) => varied.includes(name))
        : left.filter((name) => !varied.includes(name));
      // Two causes of one path: the experiments in which it differs have nothing in common.
      if (here.length === 0 && differing.includes(path)) continue;
      left = here;
    }
    found.set(path, left);
  }
  return found;
}

/** Half of the suspects of the path that has most, so chosen that other paths' suspects are halved too. */
function halfOf(all: readonly string[], undecided: readonly (readonly string[])[]): string[] {
  const chosen = new Set<string>();
  for (const name of all) {
    // Vary it, if that brings more of the paths nearer to a half than leaving it does.
    let balance = 0;
    for (const names of undecided) {
      if (!names.includes(name)) continue;
      const has = names.filter((each) => chosen.has(each)).length;
      balance += has < Math.floor(names.length / 2) ? 1 : -1;
    }
    if (balance > 0) chosen.add(name);
  }
  // Every undecided path needs to be asked about: at least the first one is.
  if (!undecided.some((names) => splits(names, chosen))) chosen.add(undecided[0]![0]!);
  return all.filter((name) => chosen.has(name));
}

function splits(names: readonly string[], chosen: ReadonlySet<string>): boolean {
  const has = names.filter((name) => chosen.has(name)).length;
  return has > 0 && has < names.length;
}

/** The smallest experiment in which a path differed. */
function needed(path: string, all: readonly string[], done: readonly Experiment[]): readonly string[] {
  return done
    .filter(({ differing }) => differing.includes(path))
    .map(({ varied }) => varied)
    .reduce((least, each) => (each.length < least.length ? each : least), all);
}
