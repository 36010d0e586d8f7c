import { expect, test } from "vitest";
import { aptCommand } from "../../../../collector/manifest/runs/apt-command.ts";
import { wordOf } from "../../../../collector/manifest/runs/word.ts";

test.each([
  ["apt-get", "install -y a b", "install", "a b", ""],
  ["apt-get", "-o A::B=c --option D=e -c f install a", "install", "a", ""],
  ["apt-get", "-oA::B=c -qq -q=2 -yqt bookworm-backports install a", "install", "a", "bookworm-backports"],
  ["apt-get", "-tsid install a", "install", "a", "sid"],
  ["apt-get", "--target-release=sid install a", "install", "a", "sid"],
  ["apt-get", "--default-release sid install a", "install", "a", "sid"],
  ["apt-get", "-o APT::Default-Release=sid install a", "install", "a", "sid"],
  ["apt", "install -- -a", "install", "-a", ""],
  ["aptitude", "-y -F %p -w 80 install a -", "install", "a -", ""],
  ["apt-get", "build-dep -a arm64 -P nocheck a", "build-dep", "a", ""],
  ["apt-get", "", "", "", ""],
  ["apt-get", "install a -t", "install", "a", ""],
])("%s %s", (program, line, verb, words, targetRelease) => {
  const argv = line.split(" ").filter((word) => word !== "");
  expect(aptCommand(program, argv)).toEqual({
    verb,
    words: words.split(" ").filter((word) => word !== ""),
    targetRelease,
  });
});

const named = { kind: "name", architecture: "", version: "", suite: "", isRemoval: false };

test.each([
  ["bash", { ...named, name: "bash" }],
  ["bash:i386", { ...named, name: "bash", architecture: "i386" }],
  ["bash=5.2-1+b1", { ...named, name: "bash", version: "5.2-1+b1" }],
  ["bash:any=1:2~3", { ...named, name: "bash", architecture: "any", version: "1:2~3" }],
  ["bash/bookworm-backports", { ...named, name: "bash", suite: "bookworm-backports" }],
  ["bash+", { ...named, name: "bash" }],
  ["bash-", { ...named, name: "bash", isRemoval: true }],
  // Packages of that name are known.
  ["g++", { ...named, name: "g++" }],
  ["python3.11", { ...named, name: "python3.11" }],
  ["standard^", { kind: "task", task: "standard" }],
  ["./dir/mine_1_all.deb", { kind: "file", file: "mine_1_all.deb" }],
  ["/root/mine.deb", { kind: "file", file: "mine.deb" }],
  ["firmware-*", { kind: "pattern", pattern: "firmware-*" }],
  ["lib.*dev$", { kind: "pattern", pattern: "lib.*dev$" }],
  ["lib.nothing", { kind: "pattern", pattern: "lib.nothing" }],
  ["~nfoo", { kind: "pattern", pattern: "~nfoo" }],
  ["?essential", { kind: "pattern", pattern: "?essential" }],
])("%s", (text, expected) => {
  expect(wordOf(text, (name) => ["g++", "bash", "python3.11"].includes(name))).toEqual(expected);
});
