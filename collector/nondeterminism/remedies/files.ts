import { inContent, type Known } from "./known.ts";

/** Files that are known to differ, and what is done about them; beyond those of live-build's hooks. */
export const knownFiles: readonly Known[] = [
  {
    path: /^\/etc\/ssl\/certs\/java\/cacerts$/,
    sources: ["timestamp"],
    remedy:
      "OpenJDK writes the current time into every entry of a key store, and knows no SOURCE_DATE_EPOCH: let a late hook remove the file and make it at first boot with update-ca-certificates --fresh, or let the hook set the entries' times",
  },
  {
    path: /^\/etc\/shadow-?$/,
    sources: ["timestamp"],
    remedy:
      "the third field is the day of the last change: run what makes the user with SOURCE_DATE_EPOCH set, or set the day in a late hook with chage --lastday",
  },
  {
    path: /(^|\/)initrd(\.img)?[^/]*$/,
    sources: inContent,
    remedy:
      "mend the files that go into the initramfs, and let update-initramfs run with SOURCE_DATE_EPOCH set, as it then clamps times and sorts names",
  },
  {
    path: /^\/var\/cache\/apt\/(src)?pkgcache\.bin$/,
    sources: inContent,
    remedy:
      "remove apt's caches in a late hook: rm /var/cache/apt/*.bin; apt makes them again when it needs them",
  },
  {
    path: /^\/var\/lib\/systemd\/(random-seed|credential\.secret)$/,
    remedy: "remove the file in a late hook: systemd makes it at boot",
  },
  {
    path: /^\/etc\/iscsi\/initiatorname\.iscsi$/,
    sources: ["randomness"],
    remedy:
      "write GenerateName=yes into the file in a late hook: open-iscsi then makes the name at first boot",
  },
  {
    path: /^\/var\/lib\/NetworkManager\/secret_key$/,
    sources: ["randomness"],
    remedy: "remove the file in a late hook: NetworkManager makes it at boot",
  },
  {
    path: /^\/etc\/(hostname|hosts|mailname)$/,
    sources: ["hostname"],
    remedy: "put the file into config/includes.chroot_after_packages with the image's own name",
  },
  {
    path: /\/(giomodule|loaders|immodules)\.cache$/,
    sources: inContent,
    remedy: "make the cache again in a late hook, from a sorted list of its modules",
  },
  {
    path: /^\/var\/cache\/cracklib\//,
    sources: ["locale", "ordering"],
    remedy: "run update-cracklib with LC_ALL=C: it sorts its words by the locale",
  },
  {
    path: /^\/var\/lib\/(plocate|mlocate)\//,
    sources: inContent,
    remedy:
      "leave out live-build's hook 5030-update-plocate-database.hook.chroot: a timer makes the database at boot",
  },
  {
    path: /^\/var\/lib\/apt-xapian-index\//,
    sources: inContent,
    remedy:
      "leave out live-build's hook 5010-update-apt-xapian-index.hook.chroot: the index is made in the running system",
  },
  {
    culprit: /^package dkms$/,
    sources: inContent,
    remedy:
      "remove the logs and the build tree of dkms in a late hook; sign modules with a key that is kept, or not at all",
  },
  {
    path: /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|[^/]+\.(key|p12|pfx|jks|keystore))$/,
    sources: ["randomness"],
    remedy: "a key must not be in an image that others get: make it at first boot, or ship one that is kept",
  },
];
