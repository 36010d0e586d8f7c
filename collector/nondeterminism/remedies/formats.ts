import type { Known } from "./known.ts";

/** By the name of the file, which tells its format. */
export const byFormat: readonly Known[] = [
  {
    path: /\.(tar|tar\.(gz|xz|zst|bz2)|tgz|txz)$/,
    sources: ["archive-metadata", "ordering", "timestamp", "umask", "username"],
    remedy:
      "make it with tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --clamp-mtime --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s",
  },
  {
    path: /\.gz$/,
    sources: ["timestamp", "archive-metadata"],
    remedy: "compress with gzip --no-name (-n), which leaves out time and name",
  },
  {
    path: /\.(jar|war|ear)$/,
    sources: ["timestamp", "archive-metadata", "ordering"],
    remedy: "make it with jar --date=TIME (JDK 17 and later), from sorted names",
  },
  {
    path: /\.(zip|whl|egg|xpi|epub|odt|ods|odp|oxt)$/,
    sources: ["timestamp", "timezone", "archive-metadata", "ordering"],
    remedy:
      "set the files' times to SOURCE_DATE_EPOCH, and make it with TZ=UTC zip -X (no extra fields) from names sorted with LC_ALL=C",
  },
  {
    path: /\.cpio(\.(gz|xz|zst))?$/,
    sources: ["archive-metadata", "ordering", "timestamp"],
    remedy:
      "set the files' times, sort their names with LC_ALL=C, and make it with cpio --reproducible --owner=0:0",
  },
  {
    path: /\.(a|lib)$/,
    sources: ["timestamp", "archive-metadata", "umask", "username"],
    remedy: "make it with ar D (deterministic): no times, owners and modes",
  },
  {
    path: /\.pyc$/,
    sources: ["timestamp", "archive-metadata", "ordering", "build-path"],
    remedy:
      "compile with SOURCE_DATE_EPOCH set, so that the file holds a hash of its source and no time (PEP 552), and with PYTHONHASHSEED=0",
  },
  {
    path: /\.(mo|gmo|po|pot)$/,
    sources: ["timestamp"],
    remedy:
      "keep the POT-Creation-Date of the source: msgfmt and xgettext take SOURCE_DATE_EPOCH or --omit-header",
  },
  {
    path: /\.(fmt|base|mem|pdf|dvi)$/,
    sources: ["timestamp", "randomness"],
    remedy: "set SOURCE_DATE_EPOCH and FORCE_SOURCE_DATE=1 for TeX",
  },
  {
    path: /\.(squashfs|sqfs|sfs)$/,
    sources: ["timestamp", "archive-metadata", "ordering", "cpu"],
    remedy: "make it with SOURCE_DATE_EPOCH set: mksquashfs 4.4 and later then clamps times and sorts",
  },
  {
    path: /\.(o|so|so\.[\d.]+|ko|debug)$/,
    sources: ["build-path"],
    remedy: "compile with -ffile-prefix-map=$PWD=.",
  },
];
