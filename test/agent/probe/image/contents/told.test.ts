import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { told } from "../../../../../agent/probe/image/contents/told.ts";
import { scratch } from "../lib/scratch.ts";

const top = scratch();
const at = "/etc/some/file";
const shown = (content: string | Buffer, path = at) => {
  const data = Buffer.from(content);
  const answer = told([path], { size: data.length, data });
  return [answer.omitted, answer.data.equals(data) ? "all" : answer.data.toString("latin1")];
};
const withheld = ["secret", ""];
const recorded = ["", "all"];

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const ed25519 = generateKeyPairSync("ed25519");
const pem = (key: typeof rsa, type: "pkcs1" | "pkcs8" | "sec1") =>
  key.export({ type, format: "pem" }) as string;
const der = (key: typeof rsa, type: "pkcs1" | "pkcs8" | "sec1") => key.export({ type, format: "der" });
const encrypted = rsa.export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "x",
}) as string;
const publicPem = ed25519.publicKey.export({ type: "spki", format: "pem" }) as string;
const publicDer = ed25519.publicKey.export({ type: "spki", format: "der" });
const key = pem(ed25519.privateKey, "pkcs8");
const base64 = randomBytes(300).toString("base64");

describe("a key is a secret wherever it is:", () => {
  test.each([
    ["PKCS #1", pem(rsa, "pkcs1")],
    ["PKCS #8", pem(rsa, "pkcs8")],
    ["encrypted", encrypted],
    ["SEC 1", pem(ec, "sec1")],
    ["Ed25519, the shortest", key],
    ["PKCS #1 in DER", der(rsa, "pkcs1")],
    ["PKCS #8 in DER", der(rsa, "pkcs8")],
    ["Ed25519 in DER", der(ed25519.privateKey, "pkcs8")],
    ["SEC 1 in DER", der(ec, "sec1")],
    ["OpenSSH", `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64.slice(0, 70)}\n`],
    ["OpenPGP", `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${base64}\n`],
    ["within other text", `# combined\n${publicPem}${"x".repeat(5000)}\n${key}`],
    ["in JSON", JSON.stringify({ key })],
    ["at the end of what is recorded", `${"y".repeat(64000)}${key}`],
    ["PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAA\n"],
    ["age", `# created\nAGE-SECRET-KEY-1${"Q".repeat(58)}\n`],
    ["OpenVPN", `-----BEGIN OpenVPN Static key V1-----\n${randomBytes(16).toString("hex")}\n`],
    [
      "a password's hash, SHA-512",
      "root:$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc",
    ],
    [
      "a password's hash, yescrypt",
      "user $y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
    ],
    ["a password's hash, bcrypt", "admin:$2y$10$fQ8rlKB2oN5nXBXrd8Kkn.7BMzzsQbqFnK9rPiU7vzRZ7x8cG"],
    ["in gzip", gzipSync(key)],
    [
      "in gzip that was cut",
      gzipSync(Buffer.concat([Buffer.from(key), randomBytes(3000)])).subarray(0, 2000),
    ],
    ["in zstd", zstdCompressSync(key)],
    [
      "in zstd that was cut",
      zstdCompressSync(Buffer.concat([Buffer.from(key), randomBytes(300_000)])).subarray(0, 65536),
    ],
    ["in zstd in gzip", gzipSync(zstdCompressSync(key))],
    ["in a zip archive", zip("a", Buffer.from("harmless"), "b.pem", Buffer.from(key))],
    ["what is too large to be looked into", gzipSync(Buffer.alloc(64 << 20))],
  ])("%s", (_, content) => {
    expect(shown(content)).toEqual(withheld);
  });

  test.each([
    ["a public key", publicPem],
    ["a public key in DER", publicDer],
    [
      "a program that knows keys",
      "\0-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----\0no key\0",
    ],
    ["a list of file types", "PGP\0-----BEGIN PGP PRIVATE KEY BLOCK-----\0application/x\0"],
    ["many words without a key", `PRIVATE KEY ${"x".repeat(31)} `.repeat(5000)],
    ["gzip without", gzipSync("harmless")],
    ["what only looks like gzip", Buffer.from("1f8b0800deadbeef", "hex")],
    ["a UUID", "3e0e9a2f-6d0b-4b7a-9b6a-1b6a52f7a9f3\n"],
  ])("and this is none: %s", (_, content) => {
    expect(shown(content)).toEqual(recorded);
  });
});

describe("by where it is:", () => {
  const bytes = randomBytes(512);
  test.each([
    ["/etc/ssh/ssh_host_ed25519_key", bytes],
    ["/root/.ssh/id_rsa", bytes],
    ["/etc/dropbear/dropbear_rsa_host_key", bytes],
    ["/var/lib/systemd/random-seed", bytes],
    ["/etc/ssl/private/server.bin", bytes],
    ["/etc/wireguard/wg0.conf", `[Interface]\nPrivateKey = ${base64.slice(0, 43)}=\n`],
    ["/etc/bind/rndc.key", 'key "rndc-key" {\n secret "c2VjcmV0";\n};\n'],
    ["/opt/app/raw.key", bytes],
    ["/root/.netrc", "machine h login u password p\n"],
    ["/etc/apt/auth.conf", "machine h login u password p\n"],
    ["/etc/apt/auth.conf.d/proxy.conf", "machine h login u password p\n"],
    ["/etc/NetworkManager/system-connections/home.nmconnection", "[wifi-security]\npsk=correct horse\n"],
    ["/etc/network/interfaces.d/wlan0", "iface wlan0 inet dhcp\n  wpa-psk correcthorse\n"],
    ["/var/cache/debconf/passwords.dat", "Name: mysql/root\nTemplate: x\nValue: hunter2\n"],
    ["/opt/app/store.jks", bytes],
  ])("%s is a secret", (path, content) => {
    expect(shown(content, path)).toEqual(withheld);
    expect(shown(content, `/binary${path}`)).toEqual(withheld);
  });

  test.each([
    ["/etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI root@build\n"],
    ["/etc/machine-id", "b08dfa6083e7567a1921a715000001fb\n"],
    ["/etc/NetworkManager/system-connections/wired.nmconnection", "[connection]\nuuid=3e0e9a2f\n"],
    ["/var/cache/debconf/passwords.dat", "Name: mysql/root\nTemplate: x\nValue: \nOwners: mysql\n"],
    ["/var/lib/unbound/root.key", ". 86400 IN DNSKEY 257 3 8 AwEAAa ;;lastchange=1700000000\n"],
    ["/etc/apt/trusted.gpg.d/vendor.key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n"],
    ["/etc/empty.key", ""],
  ])("%s is none", (path, content) => {
    expect(shown(content, path)).toEqual(recorded);
  });

  test("one name that is a secret's makes the content secret under all", () => {
    const data = Buffer.from("x");
    expect(told(["/a", "/root/.netrc"], { size: 1, data }).omitted).toBe("secret");
  });
});

describe("key stores:", () => {
  const certificate = randomBytes(700);

  test("of Java, with certificates only, are recorded, whole or cut", () => {
    const store = jks([2, 2, 2], certificate);
    expect(shown(store, "/etc/ssl/certs/java/cacerts")).toEqual(recorded);
    expect(shown(store, "/opt/trust.jks")).toEqual(recorded);
    const cut = told([at], { size: store.length, data: store.subarray(0, 1000) });
    expect([cut.omitted, cut.data.length]).toEqual(["size", 1000]);
  });

  test.each([[[1]], [[2, 2, 1]], [[2, 3, 2]]])("of Java, with a key among them, are secrets: %j", (tags) => {
    expect(shown(jks(tags, certificate), "/etc/ssl/certs/java/cacerts")).toEqual(withheld);
  });

  test("PKCS #12 is recorded without keys only", async () => {
    const run = async (args: string[]) => {
      const { stdout } = await execa("openssl", args, {
        cwd: top,
        encoding: "buffer",
        stripFinalNewline: false,
      });
      return Buffer.from(stdout);
    };
    writeFileSync(join(top, "key.pem"), pem(rsa, "pkcs8"));
    await run(["req", "-x509", "-key", "key.pem", "-subj", "/CN=test", "-out", "certificate.pem"]);
    const store = ["pkcs12", "-export", "-passout", "pass:x", "-in", "certificate.pem"];
    const withKey = await run([...store, "-inkey", "key.pem"]);
    const sealed = await run([...store, "-nokeys"]);
    const plain = await run([...store, "-nokeys", "-certpbe", "NONE"]);
    expect(shown(withKey)).toEqual(withheld);
    expect(shown(sealed, "/opt/store.p12")).toEqual(withheld);
    expect(shown(plain, "/opt/store.p12")).toEqual(recorded);
  });
});

describe("shadow files", () => {
  const hash = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7";
  const stars = "*".repeat(hash.length);

  test.each([
    [
      "/etc/shadow",
      `root:${hash}:19675:0:99999:7:::\nlocked:!${hash}:1::::::\nnobody:*:19675:0:99999:7:::\n`,
    ],
    ["/etc/shadow-", `a:${hash}:19675:0:99999:7:::\nopen::19675::::::`],
    ["/etc/gshadow", `root:*::\nsudo:${hash}:adm:user\n`],
    ["/var/backups/shadow.bak", `old:!!:1::::::\nx:${hash}:1::::::\n`],
  ])("keep all but the hashes: %s", (path, content) => {
    expect(shown(content, path)).toEqual(["secret", content.replaceAll(hash, stars)]);
  });

  test.each([`root:${hash}\n`, `root ${hash}`, `${":".repeat(50_000)}\n`])(
    "that are none are withheld",
    (content) => {
      expect(shown(content, "/etc/shadow")).toEqual(withheld);
    },
  );

  test("that are not whole are withheld", () => {
    const data = Buffer.from("a:*:1::::::\n");
    expect(told(["/etc/shadow"], { size: 300_000, data })).toEqual({
      data: Buffer.alloc(0),
      omitted: "secret",
    });
  });
});

test("of a squashfs only its superblock is told, since what follows could be any file's", () => {
  const image = Buffer.concat([Buffer.from("hsqs"), randomBytes(5000)]);
  const { data, omitted } = told(["/binary/live/filesystem.squashfs"], { size: image.length, data: image });
  expect([omitted, data]).toEqual(["size", image.subarray(0, 96)]);
});

/** A key store of Java (format of sun.security.provider.JavaKeyStore), with entries of these tags. */
function jks(tags: number[], content: Buffer): Buffer {
  const text = (value: string) => Buffer.concat([number(value.length, 2), Buffer.from(value)]);
  const time = Buffer.alloc(8, 1);
  const sized = Buffer.concat([number(content.length, 4), content]);
  const entries = tags.map((tag, i) => {
    const type = tag === 2 ? text("X.509") : Buffer.alloc(0);
    return Buffer.concat([number(tag, 4), text(`alias ${i}`), time, type, sized]);
  });
  return Buffer.concat([
    number(0xfeedfeed, 4),
    number(2, 4),
    number(tags.length, 4),
    ...entries,
    Buffer.alloc(20),
  ]);
}

/** A zip archive of deflated members, without its directory at the end, as it is where it was cut. */
function zip(...parts: (string | Buffer)[]): Buffer {
  const members: Buffer[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const [name, data] = [Buffer.from(parts[i]!), deflateRawSync(parts[i + 1]!)];
    const header = Buffer.alloc(30);
    header.write("PK\x03\x04", "latin1");
    header.writeUInt16LE(8, 8);
    header.writeUInt16LE(name.length, 26);
    members.push(header, name, data);
  }
  return Buffer.concat(members);
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
