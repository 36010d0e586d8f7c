import { expect, test } from "vitest";
import { parseInstance } from "../../../collector/snapshot/instance.ts";

const good = `
archives:
  - name: debian
    url: http://deb.debian.org/debian/
    suites: [bookworm, bookworm-updates]
    components: [main]
    architectures: [amd64]
    keyring: keys.gpg
    filter: {packages: names}
`;

test("what is left out has its usual value, and files are beside instance.yml", () => {
  expect(parseInstance(good, "/data/instance.yml")).toEqual({
    name: "Isotrace snapshots",
    days: 10,
    archives: [
      {
        name: "debian",
        url: "http://deb.debian.org/debian",
        suites: ["bookworm", "bookworm-updates"],
        components: ["main"],
        architectures: ["amd64"],
        sources: true,
        lacking: [],
        keyring: "/data/keys.gpg",
        filter: { packages: "/data/names", manifest: undefined },
      },
    ],
  });
});

test.each([
  ["name: debian", "name: ../debian", "/data/instance.yml, archives, 1, name: must match"],
  ["name: debian", "name: De\\nbian", "/data/instance.yml, archives, 1, name: must match"],
  ["[main]", "[]", "/data/instance.yml, archives, 1, components: must be a list with something in it"],
  ["http://", "ssh://", "/data/instance.yml, archives, 1, url: must match"],
  ["keyring: keys.gpg", "trusted: true", "may have the keys name, url, suites"],
  ["bookworm-updates", "bookworm\\nVerifyRelease: blindtrust", "suites: must match"],
  ["archives:", "days: 0\narchives:", "days: must be a number above 0"],
  ["archives:", "a: &a [1]\nb: *a\narchives:", "must be YAML, without aliases"],
  ["archives:", "other:", "archives: must be a list"],
])("with %j as %j it is refused", (from, to, message) => {
  const text = good.replace(
    from,
    to.includes("\\n")
      ? JSON.stringify(to.replace(/^name: /, "").replaceAll("\\n", "\n")).replace(
          /^/,
          from.startsWith("name") ? "name: " : "",
        )
      : to,
  );
  expect(() => parseInstance(text, "/data/instance.yml")).toThrow(message);
});
