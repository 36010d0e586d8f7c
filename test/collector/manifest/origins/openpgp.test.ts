import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signersOf } from "../../../../collector/manifest/origins/openpgp.ts";

const home = mkdtempSync(join(tmpdir(), "isotrace-gpg-"));
const gpg = (args: string[], input = "") =>
  execa(
    "gpg",
    ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", ...args],
    {
      input,
      encoding: "buffer",
    },
  );

/** Fingerprints of two keys: one that signs itself, one that signs with a subkey, as Debian's do. */
const fingerprints: string[] = [];
let clearSigned = "";
let detached: Uint8Array;

beforeAll(async () => {
  for (const [name, kind] of [
    ["one@example.org", "ed25519"],
    ["two@example.org", "rsa2048"],
  ] as const) {
    await gpg(["--quick-generate-key", name, kind, kind === "ed25519" ? "sign" : "cert", "never"]);
    const [main] = await keysOf(name);
    if (kind === "rsa2048") await gpg(["--quick-add-key", main!, "rsa2048", "sign", "never"]);
    fingerprints.push((await keysOf(name)).at(-1)!);
  }
  const users = ["--local-user", "one@example.org", "--local-user", "two@example.org"];
  const text = "Origin: Debian\n- dashes\n";
  clearSigned = Buffer.from((await gpg([...users, "--clearsign"], text)).stdout).toString("latin1");
  detached = (await gpg([...users, "--detach-sign"], text)).stdout;
});
afterAll(async () => {
  await execa("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
  rmSync(home, { recursive: true, force: true });
});

async function keysOf(name: string): Promise<string[]> {
  const { stdout } = await gpg(["--with-colons", "--with-subkey-fingerprint", "--list-keys", name]);
  return [
    ...Buffer.from(stdout)
      .toString()
      .matchAll(/^fpr:+([0-9A-F]+):/gm),
  ].map(([, each]) => each!);
}

const armour = () => Buffer.from(clearSigned.slice(clearSigned.indexOf("-----BEGIN PGP SIGNATURE-----")));
const sorted = (signers: readonly { fingerprint: string }[]) =>
  signers.map(({ fingerprint }) => fingerprint).sort();

test("the keys that signed an InRelease file are named by the fingerprints that gpg has for them", () => {
  const { signers, problem } = signersOf(armour());
  expect(problem).toBe("");
  expect(sorted(signers)).toEqual([...fingerprints].sort());
  for (const { keyId, fingerprint } of signers) expect(keyId).toBe(fingerprint.slice(-16));
});

test("a signature without armour, and several armours in a row, name the same keys", () => {
  expect(sorted(signersOf(detached).signers)).toEqual([...fingerprints].sort());
  expect(sorted(signersOf(Buffer.concat([armour(), Buffer.from("\n"), armour()])).signers)).toEqual(
    [...fingerprints].sort(),
  );
});

test("gpg itself reads the same key ids", async () => {
  const path = join(home, "detached.sig");
  writeFileSync(path, detached);
  const { stdout } = await gpg(["--list-packets", path]);
  const ids = [
    ...Buffer.from(stdout)
      .toString()
      .matchAll(/^:signature packet: .*keyid ([0-9A-F]{16})/gm),
  ];
  expect(
    signersOf(detached)
      .signers.map(({ keyId }) => keyId)
      .sort(),
  ).toEqual(ids.map(([, id]) => id!).sort());
});

// Packets by hand, as RFC 9580 lays them out: GnuPG of bookworm makes neither.
test("signatures of version 3 and 6", () => {
  const v3 = Buffer.from([3, 5, 0, 1, 2, 3, 4, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 1, 2, 1, 8, 0, 0]);
  const fingerprint = Buffer.alloc(32, 0x5c);
  const subpacket = Buffer.concat([Buffer.from([34, 0x80 | 33, 6]), fingerprint]);
  const v6 = Buffer.concat([
    Buffer.from([6, 0, 27, 10, 0, 0, 0, subpacket.length]),
    subpacket,
    Buffer.alloc(20),
  ]);
  const packet = (body: Buffer) => Buffer.concat([Buffer.from([0xc2, body.length]), body]);
  expect(signersOf(Buffer.concat([packet(v3), packet(v6)]))).toEqual({
    signers: [
      { keyId: "0A0B0C0D0E0F0102", fingerprint: "" },
      { keyId: "5C".repeat(8), fingerprint: "5C".repeat(32) },
    ],
    problem: "",
  });
});

test("a signature that is cut anywhere names some of the keys, or says that it cannot be read", () => {
  for (let length = 1; length < detached.length; length++) {
    const { signers, problem } = signersOf(detached.subarray(0, length));
    expect(signers.length).toBeLessThan(2);
    // Cut between two packets, it is whole.
    if (signers.length === 0) expect(problem).not.toBe("");
    for (const { fingerprint } of signers) expect(fingerprints).toContain(fingerprint);
  }
});

test("whatever bytes there are, the answer is no exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 0xc2, 0x88), (bytes, first) => {
      if (first !== 0 && bytes.length > 0) bytes[0] = first;
      const { signers, problem } = signersOf(bytes);
      expect(bytes.length === 0 || signers.length > 0 || problem !== "").toBe(true);
    }),
  );
  expect(signersOf(Buffer.from("-----BEGIN PGP SIGNATURE-----\n\n")).problem).toBe("its armour does not end");
  expect(signersOf(Buffer.from("hello")).problem).toBe("it is not an OpenPGP signature");
});
