/** A hook of live-build (`hooks/normal`, or the examples in `hooks/reproducible`), and what it mends. */
export interface Mended {
  readonly hook: string;
  /** What has to be installed for it. */
  readonly packages: readonly string[];
  /** Paths of which at least one differs in every build, unless the hook runs. */
  readonly paths: RegExp;
  /** The package to blame: the one whose files these are, or whose script makes them. */
  readonly culprits: readonly string[];
}

/** Those of the hooks whose files a small system has; the ones for texlive, nvidia and apt-file are left out for their size. */
export const mended: readonly Mended[] = [
  {
    hook: "2001-reproducible-fontconfig",
    packages: ["fontconfig", "fonts-dejavu-core"],
    paths: /^\/var\/cache\/fontconfig\/|\/\.uuid$/,
    culprits: ["fontconfig"],
  },
  {
    hook: "2002-reproducible-mdadm, 8040-remove-mdadm-configuration",
    packages: ["mdadm"],
    paths: /^\/etc\/mdadm\/mdadm\.conf$/,
    culprits: ["mdadm"],
  },
  {
    hook: "2004-reproducible-libxml-sax-perl",
    packages: ["libxml-sax-perl", "libxml-sax-expat-perl", "libxml-libxml-perl"],
    paths: /ParserDetails\.ini$|^\/var\/lib\/libxml-sax-perl\//,
    culprits: ["libxml-sax-perl", "libxml-sax-expat-perl", "libxml-libxml-perl"],
  },
  {
    hook: "8020-remove-dbus-machine-id",
    packages: ["dbus"],
    paths: /^\/var\/lib\/dbus\/machine-id$/,
    culprits: ["dbus-daemon", "dbus"],
  },
  {
    hook: "8030-truncate-log-files",
    packages: [],
    paths: /^\/var\/log\/.*\.log$/,
    culprits: [],
  },
  {
    hook: "8050-remove-openssh-server-host-keys",
    packages: ["openssh-server"],
    paths: /^\/etc\/ssh\/ssh_host_.*_key(\.pub)?$/,
    culprits: ["openssh-server"],
  },
  {
    hook: "8060-remove-systemd-machine-id",
    packages: ["systemd"],
    paths: /^\/etc\/machine-id$/,
    culprits: ["systemd"],
  },
  {
    hook: "8080-reproducible-glibc",
    packages: [],
    paths: /^\/var\/cache\/ldconfig\/aux-cache$/,
    culprits: ["libc-bin"],
  },
  {
    hook: "8090-remove-ssl-cert-snakeoil",
    packages: ["ssl-cert"],
    paths: /^\/etc\/ssl\/(certs|private)\/ssl-cert-snakeoil\./,
    culprits: ["ssl-cert"],
  },
  {
    hook: "9010-remove-python-pyc",
    packages: ["python3-minimal", "python3-six"],
    paths: /\.pyc$/,
    culprits: ["python3-six", "python3-minimal", "python3.11-minimal"],
  },
  {
    hook: "9020-remove-man-cache",
    packages: ["man-db"],
    paths: /^\/var\/cache\/man\//,
    culprits: ["man-db"],
  },
];
