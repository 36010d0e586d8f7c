import fc from "fast-check";
import { expect, test } from "vitest";
import { Redactor } from "../../../../agent/probe/process/redact.ts";

const redact = (words: string[], patterns: string[] = []) => {
  const argv = Buffer.from(words.map((word) => `${word}\0`).join(""), "latin1");
  return Buffer.from(new Redactor(patterns).redact(argv)).toString("latin1").replace(/\0$/, "").split("\0");
};

test.each([
  [["curl", "https://me:hunter2@example.org/x"]],
  [["git", "clone", "ssh://git:hunter2@host/r.git"]],
  [["mysql", "--password=hunter2"]],
  [["tool", "--api-key", "hunter2"]],
  [["gh", "--with-token", "hunter2"]],
  [["env", "DB_PASSWORD=hunter2", "run"]],
  [["env", "AWS_SECRET_ACCESS_KEY=hunter2"]],
  [["sh", "-c", "export GITHUB_TOKEN=hunter2; curl -H 'Authorization: Bearer hunter2' x"]],
  [["curl", "-u", "me:hunter2", "http://x/"]],
  [["curl", "--user", "me:hunter2", "http://x/"]],
  [["svn", "--passwd", "hunter2"]],
  [["gpg", "--passphrase=hunter2"]],
  [["tool", "--client-secret", "hunter2"]],
  [["tool", "--APIKEY=hunter2"]],
  [["env", "db_passwd=hunter2"]],
  [["env", "Passphrase=hunter2"]],
  [["env", "MY_SECRET=hunter2"]],
  [["env", "API_KEY=hunter2"]],
  [["env", "APIKEY=hunter2"]],
  [["curl", "-H", "AUTHORIZATION: token hunter2"]],
])("the secret goes and the words stay: %j", (words) => {
  const left = redact(words);
  expect(left.join(" ")).not.toContain("hunter2");
  expect(left).toHaveLength(words.length);
  expect(left[0]).toBe(words[0]);
});

test.each([
  [["apt-get", "install", "passwd", "libsecret-1-0"]],
  [["openssl", "passwd", "-6", "x"]],
  [["update-passwd", "--dry-run"]],
  [["debootstrap", "--include", "base-passwd", "bash"]],
  [["tool", "--no-password", "--verbose"]],
  [["wget", "http://deb.debian.org/debian/pool/main/a/a_1:2.deb"]],
  [["dpkg", "--configure", "user-setup"]],
  [["rsync", "host:path", "a@b:c"]],
])("nothing else goes: %j", (words) => {
  expect(redact(words)).toEqual(words);
});

test("what the user's own expression matches goes", () => {
  expect(redact(["tool", "-k", "abc-4711-xyz"], ["\\d{4}"])).toEqual(["tool", "-k", "abc-***-xyz"]);
  expect(() => new Redactor(["("])).toThrow(SyntaxError);
});

test("any words stay as many words, and no expression takes long", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => text.replaceAll("\0", "")),
    fc.constantFrom(
      "--password",
      "a://b:c",
      "TOKEN=",
      "-u",
      "Authorization: x ",
      "x".repeat(100_000),
      ":/@".repeat(30_000),
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      expect(redact(words)).toHaveLength(words.length);
    }),
    { numRuns: 300 },
  );
}, 20_000);
