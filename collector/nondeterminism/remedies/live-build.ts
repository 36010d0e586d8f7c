import { inContent, type Known } from "./known.ts";

/**
 * live-build's own hooks, each of which exists to mend a file (live-build 1:20230502). Those in `hooks/normal` are
 * what `lb config` links into config/hooks/normal; those in `examples/hooks/reproducible` are to be copied there.
 * The numbers of Debian bugs are those that the hooks themselves name.
 */
export const liveBuildHooks: readonly Known[] = [
  normal(/^\/etc\/adjtime$/, "8000-remove-adjtime-configuration", "sets it to a fixed content"),
  normal(
    /^\/(boot\/.*\.(bak|old-dkms)|etc\/(passwd|group|shadow|gshadow)-|etc\/apt\/(sources\.list|trusted\.gpg)~|var\/(cache\/debconf|lib\/dpkg)\/[^/]*-old)$/,
    "8010-remove-backup-files",
  ),
  normal(/^\/var\/lib\/dbus\/machine-id$/, "8020-remove-dbus-machine-id"),
  normal(/^\/var\/log\//, "8030-truncate-log-files", "empties it"),
  example(
    /^\/etc\/mdadm\/mdadm\.conf$/,
    "2002-reproducible-mdadm",
    "makes mkconf write SOURCE_DATE_EPOCH",
    982607,
    "normal hook 8040-remove-mdadm-configuration removes the file",
  ),
  normal(/^\/etc\/ssh\/ssh_host_[^/]*_key(\.pub)?$/, "8050-remove-openssh-server-host-keys"),
  normal(/^\/etc\/machine-id$/, "8060-remove-systemd-machine-id", "empties it"),
  normal(/^\/(var\/)?tmp\//, "8070-remove-temporary-files"),
  normal(/^\/var\/cache\/ldconfig\//, "8080-reproducible-glibc"),
  normal(/^\/etc\/ssl\/(certs|private)\/ssl-cert-snakeoil\.(pem|key)$/, "8090-remove-ssl-cert-snakeoil"),
  normal(
    /^\/etc\/udev\/rules\.d\/70-persistent-cd\.rules$/,
    "8100-remove-udev-persistent-cd-rules",
    "empties it",
  ),
  normal(
    /^\/etc\/udev\/rules\.d\/[^/]*persistent-net\.rules$/,
    "8110-remove-udev-persistent-net-rules",
    "empties it",
  ),
  normal(/^\/usr\/share\/icons\/[^/]+\/icon-theme\.cache$/, "9000-remove-gnome-icon-cache"),
  normal(/^\/usr\/.*\.pyc$/, "9010-remove-python-pyc"),
  normal(/^\/var\/cache\/man\//, "9020-remove-man-cache"),
  example(
    /^\/var\/cache\/fontconfig\/|^\/usr\/(local\/)?share\/fonts\/(.*\/)?\.uuid$/,
    "2001-reproducible-fontconfig",
    "makes the cache again, with 2000-reproducible-function-uuid_generate_random",
    864082,
  ),
  example(
    /^\/etc\/perl\/XML\/SAX\/ParserDetails\.ini$/,
    "2004-reproducible-libxml-sax-perl",
    "sorts it",
    993444,
  ),
  example(
    /^\/var\/cache\/(swcatalog|app-info)\/cache\/[^/]*\.xb$/,
    "2005-reproducible-libxmlb2-appstream",
    "sets its GUID to zero",
    1006358,
  ),
  example(
    /^\/var\/lib\/texmf\/web2c\/.*\.(fmt|base|mem)$|^\/var\/lib\/texmf\/web2c\/(?!updmap).*\.log$/,
    "2006-reproducible-texlive-binaries-fmt-files",
    "makes it again with FORCE_SOURCE_DATE=1",
    1009196,
  ),
  example(
    /^\/var\/lib\/texmf\/web2c\/updmap\.log$/,
    "2007-reproducible-texlive-base-updmap",
    "makes updmap write SOURCE_DATE_EPOCH",
  ),
  example(
    /^\/var\/lib\/texmf\/ls-R$/,
    "2008-reproducible-texlive-base-mktexlsr",
    "lets one of its two writers have the last word",
    1003449,
  ),
  // The certificate stands under a link by its hash, too.
  { ...normal(/^\/etc\/ssl\//, "8090-remove-ssl-cert-snakeoil"), culprit: /^package ssl-cert$/ },
  example(/^\/var\/lib\/ucf\/(hashfile|registry)\.\d+$/, "8500-cleanup-ucf-backup-files", "removes it"),
];

function normal(path: RegExp, hook: string, does = "removes it"): Known {
  return {
    path,
    sources: [...inContent, "file-metadata"],
    remedy: `use live-build's own hook ${hook}.hook.chroot, which ${does}: link it from /usr/share/live/build/hooks/normal into config/hooks/normal`,
  };
}

function example(path: RegExp, hook: string, does: string, bug?: number, or?: string): Known {
  const from = "/usr/share/doc/live-build/examples/hooks/reproducible";
  const known = bug === undefined ? "" : ` (Debian bug #${bug})`;
  const other = or === undefined ? "" : `; or, if the image can do without: ${or}`;
  return {
    path,
    sources: inContent,
    remedy: `copy the hook ${hook}.hook.chroot, which ${does}, from ${from} to config/hooks/normal${known}${other}`,
  };
}
