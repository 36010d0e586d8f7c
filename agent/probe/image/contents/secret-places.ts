import { isTrustStore } from "./key-stores.ts";

/** Files that are secrets by where they are, whatever they hold. Paths are byte strings. */
const secret: readonly RegExp[] = [
  /\/(?:ssh_host_[^/]*_key|dropbear_[^/]*_host_key|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?)$/,
  /\/etc\/ssl\/private\//,
  /\/(?:private-keys-v1\.d\/|secring\.gpg$)/, // GnuPG
  /\/(?:random-seed|credential\.secret)$/, // systemd, urandom
  /\/\.?(?:netrc|_netrc|pgpass|my\.cnf|git-credentials|smbcredentials|htpasswd|Xauthority)$/,
  /\/etc\/apt\/auth\.conf(?:$|\.d\/)/,
  /\/etc\/(?:mysql\/debian\.cnf|security\/opasswd|ipsec\.secrets|ppp\/(?:chap|pap)-secrets)$/,
  /\/var\/lib\/(?:NetworkManager\/secret_key$|samba\/private\/)/,
  /\/(?:hs_ed25519_secret_key|secret_(?:id|onion)_key)$/, // Tor
  /\.(?:keytab|kdbx|private)$/,
];

/** Files in which a secret can stand, and what says that it does. */
const settings: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\/NetworkManager\/system-connections\//,
    /^[ \t]*(?:psk|pin|[\w-]*password[\w-]*|[\w-]*-key|wep-key\d|[\w-]*secret[\w-]*)[ \t]*=[ \t]*\S/im,
  ],
  [
    /\/etc\/(?:wpa_supplicant\/|network\/interfaces|netplan\/|iwd\/)|\/var\/lib\/iwd\//,
    /\b(?:psk|passphrase|password|presharedkey|wpa-psk|private_?key|wep[-_]key\w*)\b[ \t"]*[:= ][ \t]*\S/i,
  ],
  [/\/etc\/(?:wireguard\/|systemd\/network\/)/, /^[ \t]*(?:PrivateKey|PresharedKey)[ \t]*=/im],
  [/\/debconf\/passwords\.dat(?:-old)?$/, /^Value: *\S/m], // debconf-devel(7): answers to questions of type password
];

const settingsLimit = 16 << 10;

/** What a file of keys holds if it is none of a private or shared key: public ones (also of OpenPGP, as packets), or DNSSEC's. */
const publicKey = /PUBLIC KEY|^(?:ssh-|ecdsa-|[\x98\x99\xc6])|[ \t]IN[ \t]+(?:DNSKEY|DS)[ \t]/;

/** Whether the content of a file at this path, or its beginning, is to be taken for a secret. */
export function isSecretPlace(path: string, data: Buffer): boolean {
  if (data.length === 0) return false;
  if (secret.some((place) => place.test(path))) return true;
  if (/\.(?:p12|pfx|pkcs12|jks|jceks|keystore|bks)$/i.test(path)) return !isTrustStore(data);
  if (/\.key$/.test(path)) return !publicKey.test(data.toString("latin1"));
  const setting = settings.find(([place]) => place.test(path));
  if (setting === undefined) return false;
  // No settings are so large: they are not looked into.
  return data.length > settingsLimit || setting[1].test(data.toString("latin1"));
}
