import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutCredentials } from "../../../../agent/probe/configuration/credentials.ts";

const secret = fc.stringMatching(/^[A-Za-z0-9:@%+-]{1,30}$/);
const scheme = fc.constantFrom("http", "https", "ftp", "tor+https", "mirror+http");

describe("credentials", () => {
  it("of a URL are nowhere, whatever is around it, also with an @ in the password, and the URL stays one", () => {
    fc.assert(
      fc.property(scheme, secret, fc.constantFrom('"', " ", "[a=b] ", "'", "="), (name, user, before) => {
        const line = `deb ${before}${name}://${user}@deb.example/debian sid main`;
        expect(withoutCredentials(line)).toBe(`deb ${before}${name}://deb.example/debian sid main`);
      }),
    );
  });

  it("of netrc(5) are nowhere, though a symlink made it a part of apt's configuration", () => {
    const netrc = "machine deb.example\n login someone\n\tpassword hunter2\n";
    expect(withoutCredentials(netrc)).not.toMatch(/someone|hunter2/);
  });

  it("take all of a file with a private key", () => {
    expect(withoutCredentials("x\n-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n")).toBe("");
  });

  it.each([
    "deb http://deb.debian.org/debian bookworm main # mail user@example.org",
    "deb [signed-by=/k.asc] file:/srv/a@b ./",
    "Explanation: the login and password are elsewhere",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "deb http://h/path@with/at sid main",
  ])("are not seen where there are none: %s", (line) => {
    expect(withoutCredentials(line)).toBe(line);
  });

  it("are looked for in linear time, whatever the text", () => {
    // Quadratic, each of these would take minutes: the test's own limit is 5 s.
    const length = 1 << 18;
    for (const unit of ["a", "://", "://a", "://@", "machine ", "password ", " ", "\n", "\n "])
      for (const before of ["", "machine x\npassword "]) {
        const text = before + unit.repeat(length / unit.length);
        expect(withoutCredentials(text).length).toBeLessThanOrEqual(text.length);
      }
  });
});
