import fc from "fast-check";
import { expect, test } from "vitest";
import { releaseMatcher } from "../../../../collector/manifest/pins/match.ts";
import { preferencesOf, preferencesPath } from "../../../../collector/manifest/pins/preferences.ts";
import { versionPriority } from "../../../../collector/manifest/pins/priority.ts";
import { aptSettings } from "../../../../collector/manifest/runs/apt-conf.ts";
import { type AptList, type AptRoot, aptPolicy, type Policy } from "./apt.ts";

const stable: AptList = {
  site: "deb.debian.org",
  directory: "debian",
  suite: "stable",
  codename: "bookworm",
  origin: "Debian",
  label: "Debian",
  version: "12.5",
  component: "main",
  architecture: "amd64",
  notAutomatic: false,
  butAutomaticUpgrades: false,
};
const security: AptList = {
  ...stable,
  site: "security.debian.org",
  directory: "debian-security",
  suite: "stable-security",
  codename: "bookworm-security",
  label: "Debian-Security",
  version: "12",
};
const backports: AptList = {
  ...stable,
  directory: "backports",
  suite: "stable-backports",
  codename: "bookworm-backports",
  label: "Debian Backports",
  notAutomatic: true,
  butAutomaticUpgrades: true,
};
const experimental: AptList = {
  ...stable,
  directory: "experimental",
  suite: "experimental",
  codename: "rc-buggy",
  version: "",
  notAutomatic: true,
};
const local: AptList = {
  ...stable,
  site: "",
  directory: "srv",
  suite: "local",
  codename: "",
  origin: "",
  label: "",
  version: "",
  component: "contrib",
};
const lists = [stable, security, backports, experimental, local];

const versions: AptRoot["versions"] = [
  { name: "linux", version: "6.1.76-1", architecture: "amd64", source: "linux", lists: [stable, security] },
  { name: "linux", version: "1:6.5~bpo12+1", architecture: "amd64", source: "linux", lists: [backports] },
  { name: "libtor-doc", version: "0.4.8", architecture: "all", source: "tor", lists: [experimental] },
  { name: "tor", version: "0.4.7", architecture: "amd64", source: "tor", lists: [stable, local] },
  { name: "tor", version: "0.4.8", architecture: "amd64", source: "tor", lists: [experimental, backports] },
];

/** What this collector says of the same system. */
function ours({ files, targetRelease }: Pick<AptRoot, "files" | "targetRelease">): Map<string, Policy> {
  const configured = Object.entries(files)
    .map(([path, text]) => ({ path: `/etc/apt/${path}`, text, isCut: false }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const target = targetRelease || aptSettings(configured).defaultRelease;
  const policy = {
    preferences: preferencesOf(configured.filter(({ path }) => preferencesPath.test(path))),
    targetRelease: target,
    isOfTargetRelease: releaseMatcher(target),
    architecture: "amd64",
  };
  return new Map(
    versions.map((each) => {
      const { version, files: priorities } = versionPriority(policy, { ...each, files: each.lists });
      const byList = new Map(each.lists.map(({ directory }, i) => [directory, priorities[i]!.priority]));
      return [`${each.name} ${each.version}`, { priority: version.priority, lists: byList }];
    }),
  );
}

async function expectSame(files: AptRoot["files"], targetRelease = ""): Promise<void> {
  const apt = await aptPolicy({ lists, versions, files, targetRelease });
  expect(apt.size).toBe(versions.length);
  expect(ours({ files, targetRelease }), JSON.stringify({ files, targetRelease })).toEqual(apt);
}

test.each([
  ["without preferences: 500, 100 for backports, 1 for experimental", {}, ""],
  [
    "a package's own record comes before the general ones, the first before the second",
    {
      preferences:
        "Package: *\nPin: release a=stable\nPin-Priority: 700\n\nPackage: tor\nPin: release n=bookworm-backports\nPin-Priority: 999\n\nPackage: tor\nPin: release a=experimental\nPin-Priority: 2\n",
    },
    "",
  ],
  [
    "files of preferences.d in the order of their names, after the main one; others are not read",
    {
      preferences: "Package: *\nPin: release l=Debian-Security\nPin-Priority: 600\n",
      "preferences.d/20-b.pref": "Package: *\nPin: origin security.debian.org\nPin-Priority: 800\n",
      "preferences.d/10-a": 'Package: *\nPin: origin "deb.debian.org"\nPin-Priority: 650\n',
      "preferences.d/00-not.read": 'Package: *\nPin: origin "deb.debian.org"\nPin-Priority: 10\n',
      "preferences.d/not.conf": 'Package: *\nPin: origin "deb.debian.org"\nPin-Priority: 11\n',
    },
    "",
  ],
  [
    "globs, regular expressions, source packages, an architecture, and names in a list",
    {
      preferences:
        "Package: lib* /^LIN.x$/\nPin: release c=main\nPin-Priority: 321\n\nPackage: src:tor\nPin: version 0.4.*\nPin-Priority: -1\n\nPackage: tor:amd64\nPin: version 0.4.7\nPin-Priority: 5\n",
    },
    "",
  ],
  ["a source package's own", { preferences: "Package: src:t?r\nPin: release *\nPin-Priority: 77\n" }, ""],
  [
    "never: no version of an origin, whatever its own record says",
    {
      preferences:
        'Package: *\nPin: origin "security.debian.org"\nPin-Priority: never\n\nPackage: *\nPin: release n=rc-buggy\nPin-Priority: never\n\nPackage: libtor-doc linux\nPin: release *\nPin-Priority: 900\n',
    },
    "",
  ],
  ["origin of this machine", { preferences: 'Package: *\nPin: origin ""\nPin-Priority: 42\n' }, ""],
  [
    "the target release before the general records, after a package's own",
    {
      preferences:
        "Package: tor\nPin: release a=experimental\nPin-Priority: 3\n\nPackage: *\nPin: release a=stable\nPin-Priority: 700\n",
    },
    "stable",
  ],
  ["a target release by codename", {}, "bookworm-backports"],
  ["a target release by version", {}, "12*"],
  ["a target release by a regular expression", {}, "/^bookworm(-security)?$/"],
  ["a target release by fields", {}, "o=Debian,l=Debian Backports"],
  [
    "the target release of apt.conf",
    { "apt.conf.d/50x": '// APT::Default-Release "x";\nAPT { Default-Release "experimental"; };\n' },
    "",
  ],
])("as apt-cache policy has it: %s", async (_, files, target) => {
  await expectSame(files as AptRoot["files"], target);
});

const value = {
  release: fc
    .array(
      fc.constantFrom(
        "a=stable",
        "a=stable*",
        "a=/sec/",
        "n=bookworm",
        "n=BOOKWORM",
        "n=bookworm-*",
        "n=rc-bugg?",
        "o=Debian",
        "o=*",
        "l=Debian Backports",
        "l=Debian*",
        "c=main",
        "c=[cm]*",
        "v=12",
        "v=12*",
        "v=12.5",
        "b=amd64",
        "x=1",
        "a=",
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join(",")),
  word: fc.constantFrom(
    "*",
    "stable",
    "bookworm",
    "bookworm-backports",
    "12",
    "12.*",
    "experimental",
    "/back/",
  ),
  origin: fc.constantFrom(
    "deb.debian.org",
    '"security.debian.org"',
    "*.debian.org",
    '""',
    "/^deb/",
    '"example.org"',
  ),
  version: fc.constantFrom("0.4.7", "0.4.*", "6*", "1:6.5~bpo12+1", "*", "*bpo*", "/bpo1[0-9]/", "0.4.?"),
};
const pin = fc.oneof(
  value.release.map((data) => `release ${data}`),
  value.word.map((data) => `release ${data}`),
  value.origin.map((data) => `origin ${data}`),
);
const priority = fc.oneof(fc.integer({ min: -40, max: 1100 }).filter((each) => each !== 0)).map(String);
const name = fc.constantFrom(
  "tor",
  "linux",
  "lib*",
  "src:tor",
  "src:l*",
  "tor:amd64",
  "linux:any",
  "/^t/",
  "*",
  "no",
  "tor:i386",
);
const general = fc
  .tuple(pin, fc.oneof(priority, fc.constant("never")))
  .map(([data, number]) => ["*", data, number]);
const specific = fc
  .tuple(
    fc.array(name, { minLength: 1, maxLength: 3 }).filter((names) => names.join() !== "*"),
    fc.oneof(
      pin,
      value.version.map((data) => `version ${data}`),
    ),
    priority,
  )
  .map(([names, data, number]) => [names.join(" "), data, number]);
const record = fc
  .oneof(general, specific)
  .map(([packages, data, number]) => `Package: ${packages}\nPin: ${data}\nPin-Priority: ${number}\n`);

test("as apt-cache policy has it, for any preferences", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 5 }),
      fc.array(record, { maxLength: 3 }),
      fc.constantFrom("", "", "stable", "bookworm*", "12", "n=rc-buggy"),
      async (main, part, target) => {
        await expectSame({ preferences: main.join("\n"), "preferences.d/part": part.join("\n") }, target);
      },
    ),
    { numRuns: 100 },
  );
});
