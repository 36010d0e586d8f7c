import { spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { ManifestError } from "../error.ts";
import type { Signer } from "./dsse.ts";
import { readBounded } from "./read-tails.ts";

/**
 * The signer that `--sign` names: a file with a private key in PEM (Ed25519, ECDSA P-256, or RSA of 2048 bits and more), or `gpg:KEYID`
 * for a key of the user's keyring.
 * @throws ManifestError if there is no such key, or it is of another kind.
 */
export function signerOf(given: string): Signer {
  const keyId = /^gpg:(.*)$/s.exec(given)?.[1];
  return keyId === undefined ? keySigner(readKey(given)) : gpgSigner(keyId);
}

const REMEDY = "make one with: openssl genpkey -algorithm ed25519 -out KEYFILE";
const mostKeyBytes = 64 << 10;

function readKey(path: string): KeyObject {
  const pem = readBounded(path, REMEDY, mostKeyBytes);
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const rule = "must be a private key in PEM, without a passphrase";
    throw new ManifestError({ subject: path, rule, value: (cause as Error).message, remedy: REMEDY, cause });
  }
}

function keySigner(key: KeyObject): Signer {
  const digest = digestFor(key);
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const keyid = createHash("sha256").update(spki).digest("hex");
  return (message) => ({ keyid, signature: sign(digest, message, key) });
}

const leastRsaBits = 2048;

/** Ed25519 hashes by itself; the others sign the SHA-256, RSA with the padding of PKCS #1 v1.5. */
function digestFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): "sha256" | null {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === "ed25519") return null;
  if (asymmetricKeyType === "ec" && namedCurve === "prime256v1") return "sha256";
  if (asymmetricKeyType === "rsa" && modulusLength >= leastRsaBits) return "sha256";
  throw new ManifestError({
    subject: "the key of --sign",
    rule: `must be Ed25519, ECDSA P-256 or RSA of at least ${leastRsaBits} bits`,
    value: [asymmetricKeyType, namedCurve ?? (modulusLength || undefined)].filter(Boolean).join(" "),
    remedy: REMEDY,
  });
}

/** A detached binary signature by gpg(1), whose agent may ask for a passphrase. */
function gpgSigner(keyId: string): Signer {
  return (message) => {
    const args = ["--batch", "--status-fd", "2", "--local-user", keyId, "--detach-sign", "--output", "-"];
    const { status, stdout, stderr, error } = spawnSync("gpg", args, {
      input: message,
      maxBuffer: 1 << 20,
    });
    const text = stderr?.toString("utf8") ?? "";
    const keyid = /^\[GNUPG:\] SIG_CREATED D \d+ \d+ \S+ \d+ ([0-9A-F]+)$/m.exec(text)?.[1];
    if (status === 0 && keyid !== undefined) return { keyid, signature: stdout };
    const because = text.split("\n").filter((line) => !line.startsWith("[GNUPG:]"));
    throw new ManifestError({
      subject: `--sign gpg:${keyId}`,
      rule: "gpg must be able to sign with it",
      value: error?.message ?? because[0] ?? `status ${status}`,
      remedy: "give a key that `gpg --list-secret-keys` shows",
      cause: error,
    });
  };
}
