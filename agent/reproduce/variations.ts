import { execaSync } from "execa";

/** How one build is run. Everything that a variation changes is in here. */
export interface Setting {
  /** Of the build, by name; those not named are as the caller has them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The directory that the tree is built in, relative to the experiments' own. */
  readonly directory: string;
  /** Host name in a UTS namespace of its own (uts_namespaces(7)); undefined: the machine's. */
  readonly hostName: string | undefined;
  /** File mode creation mask, octal; undefined: the caller's. */
  readonly umask: string | undefined;
  /** What taskset(1) is told; undefined: every processor. */
  readonly processors: string | undefined;
  /** Options of setarch(8): a second call of it would undo the first. */
  readonly personality: readonly string[];
  /** Build on a tmpfs, which gives directories' entries in another order than ext4, xfs and btrfs do. */
  readonly isOnTmpfs: boolean;
}

export interface Variation {
  readonly name: string;
  /** What it changes, for the user. */
  readonly what: string;
  /** The nondeterminism source that it shows. */
  readonly source: string;
  vary(setting: Setting): Setting;
}

export const plain: Setting = {
  environment: {},
  directory: "tree",
  hostName: undefined,
  umask: undefined,
  processors: undefined,
  personality: [],
  isOnTmpfs: false,
};

/** Every variation, in the order in which they are told. Time passes between any two builds, and is none of them. */
export const variations: readonly Variation[] = [
  {
    name: "hostname",
    what: "the host is called i-capture-the-hostname",
    source: "hostname",
    vary: (setting) => ({ ...setting, hostName: "i-capture-the-hostname" }),
  },
  {
    name: "cpus",
    what: "one processor",
    source: "cpu",
    vary: (setting) => ({ ...setting, processors: "0" }),
  },
  {
    name: "umask",
    what: "umask 0002",
    source: "umask",
    vary: (setting) => ({ ...setting, umask: "0002" }),
  },
  {
    name: "timezone",
    what: "TZ=Pacific/Kiritimati",
    source: "timezone",
    vary: (setting) => withVariables(setting, { TZ: "Pacific/Kiritimati" }),
  },
  {
    name: "locale",
    what: "LANG and LC_ALL are another locale that is installed",
    source: "locale",
    vary: (setting) => withVariables(setting, otherLocale(process.env.LC_ALL ?? process.env.LANG ?? "")),
  },
  {
    name: "path",
    what: "built in a directory of another name and length",
    source: "build-path",
    vary: (setting) => ({ ...setting, directory: "another/build-path/tree" }),
  },
  {
    name: "user",
    what: "USER, LOGNAME and an unknown variable are others",
    source: "username",
    vary: (setting) =>
      withVariables(setting, {
        USER: "i-capture-the-user",
        LOGNAME: "i-capture-the-user",
        CAPTURE_ENVIRONMENT: "1",
      }),
  },
  {
    name: "home",
    what: "HOME is another, empty directory",
    source: "environment",
    vary: (setting) => withVariables(setting, { HOME: "/nonexistent/i-capture-the-home" }),
  },
  {
    name: "kernel",
    what: "uname tells of a Linux 2.6 (setarch --uname-2.6)",
    source: "kernel",
    vary: (setting) => withPersonality(setting, "--uname-2.6"),
  },
  {
    name: "order",
    what: "built on a tmpfs, which lists directories in another order",
    source: "ordering",
    vary: (setting) => ({ ...setting, isOnTmpfs: true }),
  },
  {
    name: "aslr",
    what: "addresses are not random (setarch --addr-no-randomize)",
    source: "uninitialised-memory",
    vary: (setting) => withPersonality(setting, "--addr-no-randomize"),
  },
];

/** The setting in which everything named is varied. */
export function settingOf(names: ReadonlySet<string>): Setting {
  return variations.filter(({ name }) => names.has(name)).reduce((setting, { vary }) => vary(setting), plain);
}

function withPersonality(setting: Setting, option: string): Setting {
  return { ...setting, personality: [...setting.personality, option] };
}

function withVariables(setting: Setting, variables: Record<string, string>): Setting {
  return { ...setting, environment: { ...setting.environment, ...variables } };
}

/** One that sorts in another order, if any is installed: C and its like all sort by bytes. */
function otherLocale(own: string): Record<string, string> {
  const { stdout = "" } = execaSync("locale", ["--all-locales"], { reject: false, stderr: "ignore" });
  const installed = stdout.split("\n").filter((name) => name !== "" && name !== own);
  const sorting = installed.find((name) => /\.utf-?8$/i.test(name) && !/^(C|POSIX)\b/.test(name));
  const other = sorting ?? (/^(|C|POSIX)$/.test(own) ? "C.UTF-8" : "POSIX");
  return { LANG: other, LC_ALL: other };
}
