import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { envelopeOf, preAuthenticated } from "../../../../collector/manifest/formats/dsse.ts";
import { signerOf } from "../../../../collector/manifest/formats/signer.ts";

const statement = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","é":1}\n');

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "isotrace-sign-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What the documentation has users do: the signed bytes and the signature, as files made by a shell. */
function takeApart(at: string, envelope: ReturnType<typeof envelopeOf>): void {
  const { payload, signatures } = envelope;
  writeFileSync(join(at, "payload.b64"), payload);
  writeFileSync(join(at, "signature.b64"), signatures[0]!.sig);
  const script = `base64 -d payload.b64 > payload; base64 -d signature.b64 > signature
    { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(stat -c %s payload)"; cat payload; } > signed`;
  execaSync("sh", ["-euc", script], { cwd: at });
}

test("what is signed is the pre-authentication encoding of the DSSE specification", () => {
  // The example of its protocol.md.
  const encoded = preAuthenticated("http://example.com/HelloWorld", Buffer.from("hello world"));
  expect(encoded.toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
});

test.each([
  [
    "Ed25519",
    ["-algorithm", "ed25519"],
    [
      "pkeyutl",
      "-verify",
      "-pubin",
      "-inkey",
      "public.pem",
      "-rawin",
      "-in",
      "signed",
      "-sigfile",
      "signature",
    ],
  ],
  [
    "ECDSA P-256",
    ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "signed"],
  ],
  [
    "RSA",
    ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "signed"],
  ],
])(
  "a signature with %s is verified by openssl, and refused when a byte of the payload differs",
  (_, generate, verify) => {
    const at = directory();
    execaSync("openssl", ["genpkey", ...generate, "-out", "key.pem"], { cwd: at });
    execaSync("openssl", ["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"], { cwd: at });
    const envelope = envelopeOf(statement, signerOf(join(at, "key.pem")));
    expect(envelope.payloadType).toBe("application/vnd.in-toto+json");
    takeApart(at, envelope);
    expect(readFileSync(join(at, "payload"))).toEqual(statement);
    execaSync("openssl", verify, { cwd: at });
    const der = execaSync("openssl", ["pkey", "-pubin", "-in", "public.pem", "-outform", "DER"], {
      cwd: at,
      encoding: "buffer",
      stripFinalNewline: false,
    });
    const fingerprint = execaSync("openssl", ["dgst", "-sha256", "-r"], { input: der.stdout }).stdout;
    expect(envelope.signatures[0]!.keyid).toBe(fingerprint.split(" ")[0]);
    const signed = readFileSync(join(at, "signed"));
    signed[signed.length - 2]! ^= 1;
    writeFileSync(join(at, "signed"), signed);
    expect(execaSync("openssl", verify, { cwd: at, reject: false }).exitCode).not.toBe(0);
  },
);

test("a signature by gpg is verified by gpg, and names the key's fingerprint", () => {
  const at = directory();
  const home = join(at, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  vi.stubEnv("GNUPGHOME", home);
  onTestFinished(() => {
    execaSync("gpgconf", ["--kill", "all"], { env: { GNUPGHOME: home } });
    vi.unstubAllEnvs();
  });
  const make = ["--batch", "--passphrase", "", "--quick-gen-key", "builder@example.org", "ed25519", "sign"];
  execaSync("gpg", make);
  const envelope = envelopeOf(statement, signerOf("gpg:builder@example.org"));
  takeApart(at, envelope);
  const { stderr } = execaSync("gpg", ["--verify", "signature", "signed"], { cwd: at });
  expect(stderr).toContain("Good signature");
  expect(stderr).toContain(envelope.signatures[0]!.keyid);
  expect(() => envelopeOf(statement, signerOf("gpg:nobody@example.org"))).toThrow(
    /^--sign gpg:nobody@example\.org: gpg must be able to sign with it, but it is "gpg: .*; give a key/,
  );
});

test.each([
  ["no key", () => "garbage", /key\.pem: must be a private key in PEM, without a passphrase/],
  [
    "a key with a passphrase",
    (at: string) => openssl(at, "-algorithm", "ed25519", "-aes256", "-pass", "pass:x"),
    /without a passphrase/,
  ],
  [
    "another curve",
    (at: string) => openssl(at, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    /must be Ed25519, ECDSA P-256 or RSA of at least 2048 bits, but it is "ec secp384r1"/,
  ],
  [
    "a short RSA key",
    (at: string) => openssl(at, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    /but it is "rsa 1024"/,
  ],
  ["a huge file", () => "x".repeat(100_000), /key\.pem: must be at most 65536 bytes/],
])("%s is refused in one line", (_, make, message) => {
  const at = directory();
  const path = join(at, "key.pem");
  writeFileSync(path, make(at));
  expect(() => signerOf(path)).toThrow(message);
  expect(() => signerOf(path)).toThrow(/^[^\n]+$/);
});

function openssl(at: string, ...args: string[]): string {
  execaSync("openssl", ["genpkey", ...args, "-out", "made.pem"], { cwd: at });
  return readFileSync(join(at, "made.pem"), "utf8");
}
