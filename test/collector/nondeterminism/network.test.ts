import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { networkFindings } from "../../../collector/nondeterminism/network/findings.ts";
import { type DownloadJson, networkInputsJson } from "../../../collector/nondeterminism/network/json.ts";
import { withoutCredentials, withoutSecrets } from "../../../collector/nondeterminism/network/secrets.ts";
import { urlsOf } from "../../../collector/nondeterminism/network/urls.ts";
import { materialOf } from "../../../collector/report/report.ts";
import { aptRun, type LiveBuild, liveBuild, packed } from "../support/live-build.ts";
import type { By } from "../support/scenario.ts";

const server = "198.51.100.7";

describe("what fetches packages is none", () => {
  test.each<[string, (b: LiveBuild) => By]>([
    ["apt's method", (b) => b.s.run(apt(b, b.build), ["/usr/lib/apt/methods/https"])],
    ["apt in a hook", (b) => b.s.run(apt(b, hook(b)), ["/usr/lib/apt/methods/http"])],
    ["apt in a maintainer script", (b) => b.s.run(apt(b, postinst(b)), ["/usr/lib/apt/methods/http"])],
    ["python-apt's method", (b) => b.s.run(python(b), ["/usr/lib/apt/methods/http"])],
    [
      "debootstrap's wget",
      (b) => b.s.run(debootstrap(b), ["wget", "-nv", "-O", "x", "http://deb.debian.org/x.deb"]),
    ],
  ])("%s", (_, make) => {
    const b = liveBuild();
    connect(b, make(b));
    expect(downloads(b)).toEqual([]);
  });

  function python(b: LiveBuild): By {
    return b.s.run(hook(b), ["/usr/bin/unattended"], { interpreter: "/usr/bin/python3" });
  }
  function debootstrap(b: LiveBuild): By {
    return b.s.run(b.build, ["/usr/sbin/debootstrap", "bookworm"], { interpreter: "/bin/sh" });
  }
});

describe("what is no transfer is none", () => {
  test.each([
    ["a name service", 53, 17],
    ["a name service, by TCP", 53, 6],
    ["a resolver that asks for the route to an address", 0, 17],
    ["a resolver that asks for the route to a service", 80, 17],
  ])("%s", (_, port, protocol) => {
    const b = liveBuild();
    connect(b, b.s.run(hook(b), ["/usr/bin/getent", "hosts", "example.org"]), port, protocol);
    expect(downloads(b)).toEqual([]);
  });

  test("but QUIC is one, where nothing was connected by TCP", () => {
    const b = liveBuild();
    const curl = b.s.run(hook(b), ["curl", "--http3", "https://example.org/f"]);
    connect(b, curl, 443, 17);
    connect(b, curl, 80, 17);
    expect(downloads(b)).toMatchObject([{ program: "curl", connections: [{ port: 443, count: 1 }] }]);
  });
});

describe("what else connects below apt is one", () => {
  test("a maintainer script that downloads, with its package to blame", () => {
    const b = liveBuild();
    connect(b, b.s.run(postinst(b), ["wget", "https://example.org/fonts.exe"], { root: b.root }));
    expect(downloads(b)).toMatchObject([
      {
        program: "wget",
        maintainerScript: "fonts.postinst configure",
        run: expect.stringMatching(/^apt-get/),
      },
    ]);
    expect(findings(b)).toMatchObject([
      { culprits: [{ kind: "package", name: "fonts" }], confidence: "high" },
    ]);
  });

  test("apt-helper, which fetches any URL", () => {
    const b = liveBuild();
    const helper = b.s.run(hook(b), [
      "/usr/lib/apt/apt-helper",
      "download-file",
      "http://example.org/f",
      "f",
    ]);
    connect(b, b.s.run(helper, ["/usr/lib/apt/methods/http"]));
    expect(downloads(b)).toMatchObject([{ program: "apt-helper", urls: ["http://example.org/f"] }]);
  });
});

describe("one process is one entry", () => {
  test("git, whatever it starts, with all that its children wrote", () => {
    const b = liveBuild();
    const git = b.s.run(hook(b), ["git", "clone", "https://example.org/r.git", "/opt/r"], { root: b.root });
    const remote = b.s.run(git, ["/usr/lib/git-core/git", "remote-https", "origin"]);
    const https = b.s.run(remote, ["/usr/lib/git-core/git-remote-https", "origin"]);
    connect(b, https);
    connect(b, https);
    connect(b, https, 8443);
    b.s.mkdirs(git, "chroot/opt/r");
    b.s.create(b.s.run(git, ["/usr/lib/git-core/git", "index-pack"]), "chroot/opt/r/pack");
    b.s.create(git, "chroot/opt/r/file");
    b.s.create(b.build, "chroot/opt/r/other");
    expect(downloads(b)).toMatchObject([
      {
        program: "git",
        command: ["git", "clone", "https://example.org/r.git", "/opt/r"],
        hook: "0500-fetch.hook.chroot",
        connections: [
          { address: server, port: 443, count: 2 },
          { address: server, port: 8443, count: 1 },
        ],
        wrote: [{ path: "/opt/r/file" }, { path: "/opt/r/pack" }],
        wroteBy: "itself",
      },
    ]);
    expect(findings(b)).toMatchObject([{ path: "/opt/r", culprits: [{ kind: "hook" }] }]);
  });

  test.each([
    [["/usr/bin/python3", "-m", "pip", "install", "x"], "pip"],
    [["/usr/bin/pip3.11", "install", "x"], "pip"],
    [["/usr/bin/node", "/usr/lib/node_modules/npm/bin/npm-cli.js", "ci"], "npm"],
    [["/usr/bin/ruby", "/usr/bin/gem", "install", "x"], "gem"],
  ])("%j is named as one knows it", (argv, program) => {
    const b = liveBuild();
    const tool = b.s.run(hook(b), argv as string[]);
    connect(b, b.s.run(tool, ["/usr/bin/python3", "worker.py"]));
    connect(b, tool);
    expect(downloads(b)).toMatchObject([{ program, command: argv }]);
  });

  test("what runs the project's own scripts has not downloaded what they do", () => {
    const b = liveBuild();
    const npm = b.s.run(hook(b), ["/usr/bin/npm", "run", "fetch"]);
    connect(b, b.s.run(npm, ["curl", "https://example.org/f"]));
    expect(downloads(b)).toMatchObject([{ program: "curl" }]);
  });

  test("a program that is no tool is named itself, and two of one hook are two", () => {
    const b = liveBuild();
    const own = hook(b);
    for (const name of ["/opt/a", "/opt/b"]) connect(b, b.s.run(own, [name]));
    expect(downloads(b)).toMatchObject([{ program: "a", urls: [] }, { program: "b" }]);
  });
});

describe("what it wrote", () => {
  test("by a redirection, which its shell's child opens before it calls exec", () => {
    const b = liveBuild();
    const child = b.s.fork(hook(b));
    b.s.create(child, "chroot/etc/f", 0);
    const curl = b.s.exec(child, ["curl", "https://example.org/f"], { root: b.root });
    connect(b, curl);
    expect(downloads(b)).toMatchObject([{ wrote: [{ path: "/etc/f", state: "kept" }], wroteBy: "itself" }]);
  });

  test("by the other end of its pipe, and not by the command after it", () => {
    const b = liveBuild();
    const shell = hook(b);
    const curl = b.s.fork(shell);
    const tar = b.s.fork(shell);
    connect(b, b.s.exec(curl, ["curl", "https://example.org/t.tar"], { root: b.root }));
    b.s.create(b.s.exec(tar, ["tar", "-x"], { root: b.root }), "chroot/etc/unpacked");
    b.s.create(b.s.run(shell, ["touch", "/etc/later"], { root: b.root }), "chroot/etc/later");
    expect(downloads(b)).toMatchObject([{ wrote: [{ path: "/etc/unpacked" }], wroteBy: "pipe" }]);
  });

  test("by the shell that reads it, in its next file", () => {
    const b = liveBuild();
    const shell = hook(b);
    b.s.create(shell, "chroot/etc/before");
    const subshell = b.s.fork(shell);
    connect(b, b.s.run(subshell, ["wget", "-q", "https://example.org/trace", "-O", "-"]));
    b.s.create(shell, "chroot/etc/trace");
    b.s.create(shell, "chroot/etc/later");
    expect(downloads(b)).toMatchObject([{ wrote: [{ path: "/etc/trace" }], wroteBy: "shell" }]);
    expect(findings(b)).toMatchObject([{ path: "/etc/trace" }]);
  });

  test("which is gone is told of if there is nothing else", () => {
    const b = liveBuild();
    const curl = b.s.run(hook(b), ["curl", "-O", "https://example.org/f"], { root: b.root });
    connect(b, curl);
    b.s.create(curl, "chroot/etc/f");
    b.s.remove(b.build, "chroot/etc/f");
    expect(downloads(b)).toMatchObject([{ wrote: [{ path: "/etc/f", state: "gone" }] }]);
    expect(findings(b)[0]).toMatchObject({
      path: "",
      reasons: expect.arrayContaining([expect.stringMatching(/^nothing/)]),
    });
  });

  test("not by a hook that connects itself: that runs much else", () => {
    const b = liveBuild();
    const own = hook(b);
    connect(b, own);
    b.s.create(b.s.run(own, ["touch", "/etc/unrelated"]), "chroot/etc/unrelated");
    expect(downloads(b)).toMatchObject([{ program: "0500-fetch.hook.chroot", wrote: [], wroteBy: "nobody" }]);
  });
});

describe("how certain it is", () => {
  test.each([
    ["another machine", server, ["curl", "http://example.org/f"], "high"],
    ["this machine, by a tool", "127.0.0.1", ["curl", "http://localhost/f"], "medium"],
    ["this machine, by something else", "0:0:0:0:0:0:0:1", ["/usr/bin/psql"], "low"],
    ["an archive", server, ["wget", "http://deb.debian.org/debian/project/trace/x"], "medium"],
    ["a snapshot", server, ["wget", "http://snapshot.debian.org/archive/debian/20230101T000000Z/x"], "low"],
  ])("%s", (_, address, argv, confidence) => {
    const b = liveBuild();
    for (const uri of [
      "http://deb.debian.org/debian",
      "http://snapshot.debian.org/archive/debian/20230101T000000Z",
    ])
      b.s.package({
        name: uri,
        version: "1",
        uri: `${uri}/pool/x.deb`,
        origins: [{ list: "", uri, suite: "s", component: "main" }],
      });
    connect(b, b.s.run(hook(b), argv), 80, 6, address);
    expect(findings(b)).toMatchObject([{ confidence, source: "network-input" }]);
  });
});

describe("local packages", () => {
  const inArchive = { list: "", uri: "http://deb.debian.org/debian", suite: "bookworm", component: "main" };

  test("one that dpkg was given, one of config/packages.chroot, and no other", () => {
    const b = liveBuild();
    const dpkg = b.s.run(hook(b), ["dpkg", "-i", "/root/own.deb"], { root: b.root });
    const root = b.s.directory("chroot");
    const installed = { root, version: "1", action: "install" as const };
    b.s.package({
      ...installed,
      name: "own",
      uriUnknown: "there were no lists of apt when it was looked for",
      ...dpkg,
    });
    const apt = aptRun(b, ["--unpack", "/var/cache/apt/archives/apt_1_amd64.deb"]);
    b.s.package({
      ...installed,
      name: "apt",
      uriUnknown: "there were no lists of apt when it was looked for",
      ...apt,
    });
    const local = { list: "", uri: "file:/root/packages", suite: "./", component: "" };
    b.s.package({
      ...installed,
      name: "kept",
      uri: "file:/root/packages/kept_1_all.deb",
      origins: [local],
      ...apt,
    });
    b.s.package({
      ...installed,
      name: "fetched",
      uri: "http://deb.debian.org/debian/pool/f.deb",
      origins: [inArchive],
      ...dpkg,
    });
    const mirror = { ...inArchive, uri: "file:/srv/mirror/debian" };
    b.s.package({
      ...installed,
      name: "mirrored",
      uri: "file:/srv/mirror/debian/pool/m.deb",
      origins: [mirror],
      ...apt,
    });
    b.s.package({
      ...installed,
      name: "there",
      action: "present",
      uriUnknown: "in none of apt's lists: installed from a local file",
    });
    packed(b, {});
    const material = materialOf(b.s.read());
    expect(networkInputsJson(material)).toMatchObject([
      {
        kind: "package",
        name: "kept",
        file: "file:/root/packages/kept_1_all.deb",
        script: "lb chroot_install-packages",
      },
      {
        kind: "package",
        name: "own",
        file: "/root/own.deb",
        command: ["dpkg", "-i", "/root/own.deb"],
        hook: "0500-fetch.hook.chroot",
      },
    ]);
    expect(
      networkFindings(material).map(({ culprits }) => culprits.map(({ kind, name }) => `${kind} ${name}`)),
    ).toEqual([["package kept"], ["hook 0500-fetch.hook.chroot", "package own"]]);
  });
});

describe("URLs", () => {
  test.each<[string, string[], string[]]>([
    [
      "curl",
      ["curl", "-o", "http://x/", "-H", "Referer: http://no/", "--proxy", "http://no/", "https://a/b?c=d"],
      ["https://a/b?c=d"],
    ],
    ["wget", ["wget", "-e", "http_proxy=http://no/", "--referer=http://no/", "ftp://a/b"], ["ftp://a/b"]],
    [
      "pip",
      ["pip", "install", "--index-url=https://u:p@a/simple", "x @ git+https://b/r.git"],
      ["https://a/simple", "git+https://b/r.git"],
    ],
    ["git", ["git", "clone", "git@example.org:group/r.git"], ["example.org:group/r.git"]],
    ["rsync", ["rsync", "-a", "mirror.example.org::debian/", "/srv"], ["mirror.example.org::debian/"]],
    ["rsync", ["rsync", "rsync://user@example.org/m"], ["rsync://example.org/m"]],
    ["curl", ["curl", "file:///etc/passwd"], []],
  ])("%s: %j", (tool, argv, urls) => {
    expect(urlsOf(tool, argv)).toEqual(urls);
  });

  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/).map((text) => `S3${text}`);

  test("no user, password, token or header that lets one in is ever shown", () => {
    const lines = secret.chain((value) =>
      fc
        .constantFrom(
          ["curl", "-u", `me:${value}`, "https://a/"],
          ["curl", `-ume:${value}`, "https://a/"],
          ["curl", `--user=me:${value}`, "https://a/"],
          ["curl", "-H", `Authorization: Bearer ${value}`, "https://a/"],
          ["curl", "--oauth2-bearer", value, "https://a/"],
          ["wget", `--http-password=${value}`, "https://a/"],
          ["wget", `https://me:${value}@a/b`],
          ["wget", `https://a/b?x=1&access_token=${value}#frag`],
          ["git", "-c", `http.extraHeader=Authorization: Basic ${value}`, "clone", "https://a/"],
          ["git", "clone", `https://oauth2:${value}@a/b.git`],
          ["/bin/sh", "-c", `curl -u me:${value} 'https://x:${value}@a/' | tar x`],
          ["/bin/sh", "-c", `curl -H "PRIVATE-TOKEN: ${value}" https://a/`],
          ["env", `GITHUB_TOKEN=${value}`, "make"],
          ["pip", "install", "--index-url", `https://__token__:${value}@a/simple`],
        )
        .map((argv) => ({ argv, value })),
    );
    fc.assert(
      fc.property(lines, ({ argv, value }) => {
        expect(withoutSecrets(argv).join(" ")).not.toContain(value);
        expect(urlsOf(argv[0]!, argv).join(" ")).not.toContain(value);
      }),
    );
  });

  test("what is no secret stays", () => {
    const argv = ["sort", "-u", "names", "--key=2", "https://example.org/a@b?page=2"];
    expect(withoutSecrets(argv)).toEqual(argv);
    expect(withoutCredentials("https://example.org/tokens/list?x=1")).toBe(
      "https://example.org/tokens/list?x=1",
    );
  });
});

function hook({ s, build, root }: LiveBuild): By {
  const script = s.lb(s.lb(build, "chroot"), "chroot_hooks");
  return s.run(script, ["/root/0500-fetch.hook.chroot"], { interpreter: "/bin/sh", root });
}

function apt({ s, root }: LiveBuild, parent: By): By {
  return s.run(parent, ["apt-get", "install", "x"], { root });
}

function postinst(b: LiveBuild): By {
  const dpkg = aptRun(b, ["--configure", "fonts"]);
  return b.s.run(dpkg, ["/var/lib/dpkg/info/fonts.postinst", "configure"], {
    interpreter: "/bin/sh",
    root: b.root,
  });
}

function connect({ s }: LiveBuild, by: By, port = 443, protocol = 6, address = server): void {
  s.add({ kind: "connection", time: s.time, ...by, address, port, protocol });
}

function downloads(b: LiveBuild): DownloadJson[] {
  return networkInputsJson(materialOf(finished(b))).filter((each) => each.kind === "download");
}

function findings(b: LiveBuild) {
  return networkFindings(materialOf(finished(b)));
}

const builds = new WeakMap<LiveBuild, ReturnType<LiveBuild["s"]["read"]>>();

function finished(b: LiveBuild) {
  let build = builds.get(b);
  if (build === undefined) {
    const inImage = [...b.s.paths].filter(([path]) => path.startsWith("chroot/"));
    const entries = inImage.map(([path, { directory }]) => {
      const type: "file" | "directory" = directory === 0 ? "file" : "directory";
      return [path.slice("chroot".length), { type }] as const;
    });
    packed(b, Object.fromEntries(entries));
    build = b.s.read();
    builds.set(b, build);
  }
  return build;
}
