import { describe, expect, it } from "vitest";
import { cpioOf } from "../support/cpio.ts";
import { observe, relative, sourcesOf, subject, writer } from "../support/subject.ts";
import { made } from "../support/tools.ts";

const unsorted = ["delta", "alpha", "charlie", "bravo", "echo"];
const sorted = unsorted.toSorted();
const lines = (names: readonly string[], prefix = "") => names.map((name) => `${prefix}${name}\n`).join("");

function ordering(path: string, content: string | Buffer, argv: string[], ...more: string[][]): string[] {
  const family = [relative(argv), ...more.map((each) => relative(each, [], { role: "beside" }))];
  const found = observe(subject(path, content, { family })).filter(({ source }) => source === "ordering");
  return found.map(({ confidence }) => confidence);
}

describe("lists in directory or hash order", () => {
  it.each([
    ["find", lines(unsorted, "./d/"), ["/usr/bin/find", "."]],
    ["ls -U", lines(unsorted), ["/bin/ls", "-U"]],
    ["du", lines(unsorted, "4\t./d/"), ["/usr/bin/du", "-a"]],
    [
      "grep -r",
      lines(
        unsorted.map((name) => `${name}:match`),
        "/etc/",
      ),
      ["/bin/grep", "-r", "match", "/etc"],
    ],
    [
      "a line of Python's set",
      "{'delta', 'alpha', 'charlie', 'bravo'}\n",
      ["/usr/bin/python3", "-c", "print(set(x))"],
    ],
    [
      "Python's listdir",
      lines(unsorted),
      ["/usr/bin/python3.11", "-c", "for x in os.listdir('.'): print(x)"],
    ],
    ["perl's keys", lines(unsorted), ["/usr/bin/perl", "-e", 'print "$_\\n" for keys %h']],
    ["shuf", lines(unsorted), ["/usr/bin/shuf", "x"]],
    ["xargs -P", lines(unsorted), ["/usr/bin/xargs", "-P4", "-n1", "echo"]],
  ])("%s", (_, text, argv) => {
    expect(ordering("/etc/x", text, argv)).toEqual(["medium"]);
  });

  it.each([
    ["a sorted list", lines(sorted, "./d/"), ["/usr/bin/find", "."]],
    [
      "a list sorted without regard to case",
      lines(["Alpha", "bravo", "Charlie", "delta"]),
      ["/bin/ls", "-f"],
    ],
    ["ls", lines(unsorted), ["/bin/ls"]],
    ["ls of one whose name has a U", lines(unsorted), ["/bin/ls", "/U"]],
    ["who does not list directories", lines(unsorted), ["/bin/cat"]],
    ["Python with sorted", lines(unsorted), ["/usr/bin/python3", "-c", "sorted(os.listdir('.'))"]],
    ["a command that find is in", "mkisofs -R -o x binary\n", ["/usr/bin/find", "x"]],
    ["two lines", lines(["b", "a"]), ["/usr/bin/find", "."]],
    ["xargs one after the other", lines(unsorted), ["/usr/bin/xargs", "-P1", "echo"]],
  ])("%s: none", (_, text, argv) => {
    expect(ordering("/etc/x", text, argv)).toEqual([]);
  });

  it("who sorts in the pipeline has sorted", () => {
    expect(ordering("/etc/x", lines(unsorted), ["/usr/bin/find", "."], ["/usr/bin/sort", "-u"])).toEqual([]);
  });

  it("caches of modules", () => {
    const loader = (name: string) => `"/usr/lib/loaders/lib${name}.so"\n"x" 6 "gdk-pixbuf"\n\n`;
    expect(ordering("/usr/lib/loaders.cache", unsorted.map(loader).join(""), ["/bin/x"])).toEqual(["medium"]);
    expect(ordering("/usr/lib/loaders.cache", sorted.map(loader).join(""), ["/bin/x"])).toEqual([]);
    const module = (name: string) => `lib${name}.so: gio-tls-backend\n`;
    expect(ordering("/usr/lib/giomodule.cache", unsorted.map(module).join(""), ["/bin/x"])).toEqual([
      "medium",
    ]);
  });
});

describe("archives", () => {
  const tar = ["/bin/tar", "-cf", "x", "d"];
  const archive = (names: readonly string[]) =>
    made(
      `mkdir d; cd d; touch -d @1 ${names.join(" ")}; cd ..; tar cf x --owner=0 --group=0 ${names.map((n) => `d/${n}`).join(" ")}`,
      "x",
    );

  it("members as the directory gave them, by a program that does not sort", () => {
    expect(ordering("/x.tar", archive(unsorted), tar)).toEqual(["medium"]);
    expect(ordering("/x.tar", archive(sorted), tar)).toEqual([]);
    expect(ordering("/x.tar", archive(unsorted), [...tar, "--sort=name"])).toEqual([]);
    expect(ordering("/x.tar", archive(unsorted), ["/bin/cp"])).toEqual([]);
    const cpio = cpioOf(unsorted.map((name) => ({ name, data: "x" })));
    expect(ordering("/x.cpio", cpio, ["/bin/cpio"], ["/usr/bin/find"])).toEqual(["medium"]);
    expect(ordering("/x.cpio", cpio, ["/bin/cpio"], ["/usr/bin/find"], ["/usr/bin/sort"])).toEqual([]);
  });

  it("inode numbers and owners of the builder's machine", () => {
    const of = (inode: number, uid = 0) =>
      observe(subject("/x", cpioOf([{ name: "a", data: "x", inode, uid }]))).map(({ source }) => source);
    expect(of(1_234_567)).toEqual(["archive-metadata"]);
    expect(of(1)).toEqual([]);
    expect(of(1, 1000)).toEqual(["archive-metadata"]);
    expect(of(1, 33)).toEqual([]);
    const owned = made("touch -d @1 a; tar cf x --owner=ada:500 --group=0 a", "x");
    expect(sourcesOf(observe(subject("/x.tar", owned)))).toEqual(["archive-metadata"]);
  });
});

describe("several writers", () => {
  const write = (process: number, start: number, end: number, parent = 9) =>
    relative(["/bin/echo"], [], { process, parent, start, end });
  const of = (...family: ReturnType<typeof write>[]) => {
    const writers = family.map(({ process }) => ({ ...writer("write"), process }));
    return sourcesOf(observe(subject("/var/log/x", "a\nb\n", { family, writers })));
  };

  it("at the same time, for one shell", () => {
    expect(of(write(1, 0, 10), write(2, 5, 15))).toEqual(["ordering"]);
  });

  it("one after the other, or one started by the other: none", () => {
    expect(of(write(1, 0, 10), write(2, 11, 15))).toEqual([]);
    expect(of(write(1, 0, 10), write(2, 5, 8, 1))).toEqual([]);
    expect(of(write(1, 0, 10), write(2, 5, 15, 8))).toEqual([]);
  });
});

describe("what is known of programs", () => {
  const perl = (text: string, path = "/etc/perl/XML/SAX/ParserDetails.ini") =>
    observe(
      subject(path, text, { family: [relative(["/usr/bin/perl", "/usr/bin/update-perl-sax-parsers"])] }),
    );

  it("perl's hashes show in a section of settings that are in no order, at low confidence", () => {
    const section = (names: readonly string[]) =>
      `[XML::SAX::Expat]\n${names.map((name) => `x:${name} = 1\n`).join("")}\n`;
    expect(perl(section(unsorted))).toMatchObject([
      { source: "ordering", confidence: "low", place: { offset: 18, line: 2 } },
    ]);
    expect(perl(section(sorted))).toEqual([]);
    expect(perl("Name: b\nTemplate: a\nValue: d\nOwners: c\n", "/var/cache/debconf/config.dat")).toEqual([]);
    expect(observe(subject("/etc/x.ini", section(unsorted)))).toEqual([]);
  });

  it("a list that is sorted as the builder's locale sorts", () => {
    const sort = [relative(["/usr/bin/sort"])];
    const text = "alpha\nBravo\ncharlie\nDelta\n";
    expect(sourcesOf(observe(subject("/etc/x", text, { family: sort })))).toEqual(["locale"]);
    expect(
      observe(subject("/etc/x", text, { family: sort, variables: new Map([["LANG", "C.UTF-8"]]) })),
    ).toEqual([]);
    expect(observe(subject("/etc/x", "Bravo\nDelta\nalpha\ncharlie\n", { family: sort }))).toEqual([]);
    expect(observe(subject("/etc/x", text))).toEqual([]);
  });

  it.each([
    ["/var/cache/man/index.db", "\xcf\x9a\x57\x13\x00\x10\x00\x00", "ordering"],
    ["/var/lib/plocate/plocate.db", "\0plocate\x01\x00", "timestamp"],
    ["/var/cache/apt/pkgcache.bin", "\xdc\x76\xfe\x98\x10\x00", "timestamp"],
    [
      "/var/lib/texmf/ls-R",
      "% ls-R -- filename database for kpathsea; do not change this line.\n",
      "ordering",
    ],
    ["/var/lib/texmf/web2c/luahbtex/luahbtex.fmt", "W2TX", "ordering"],
  ])("%s is known to differ", (path, content, source) => {
    expect(sourcesOf(observe(subject(path, content)))).toEqual([source]);
    expect(observe(subject("/etc/x", content.replace("\0plocate", "\0locate")))).toEqual([]);
  });
});
