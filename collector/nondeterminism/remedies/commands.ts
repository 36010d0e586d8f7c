import type { Known } from "./known.ts";

/** By the program that wrote, and what it was about. */
export const byCommand: readonly Known[] = [
  {
    program: /^(python[\d.]*|py3compile|pycompile|py3versions)$/,
    sources: ["ordering"],
    remedy: "set PYTHONHASHSEED=0 for the command, or sort what it takes from a set",
  },
  {
    program: /^perl[\d.]*$/,
    sources: ["ordering"],
    remedy:
      "let the script sort the keys of its hashes; PERL_HASH_SEED=0 for the command does without changing it",
  },
  {
    program: /^(sort|ls|find|join|comm|uniq|bash|sh|dash)$/,
    sources: ["locale"],
    remedy: "set LC_ALL=C for the command that sorts or prints",
  },
  {
    program: /^(find|ls|du|grep|rgrep|cat|xargs)$/,
    sources: ["ordering"],
    remedy: "pipe the names through LC_ALL=C sort before they are used",
  },
  {
    program: /^uuidgen$/,
    remedy: "derive the UUID from a name: uuidgen --sha1 --namespace @dns --name NAME",
  },
  {
    program: /^(mkfs\.(ext[234]|fat|vfat|msdos|xfs|btrfs)|mke2fs|mkdosfs)$/,
    sources: ["randomness"],
    remedy:
      "give the file system its UUID and hash seed, or for FAT its volume id: -U UUID -E hash_seed=UUID, or -i ID",
  },
  {
    program: /^(openssl|ssh-keygen|gpg|certtool|keytool|make-ssl-cert)$/,
    sources: ["randomness", "timestamp"],
    remedy: "make keys and certificates at first boot, or ship some that are kept",
  },
  {
    program: /^date$/,
    sources: ["timestamp", "timezone", "locale"],
    remedy: "print the build's own time: LC_ALL=C date --utc --date=@$SOURCE_DATE_EPOCH",
  },
];
