import { expect, it } from "vitest";
import type { ChangelogFacts, PackageFacts } from "../../../../agent/inside/protocol.ts";
import { ChangelogBook } from "../../../../agent/probe/package/changelog-book.ts";

function facts(name: string, source: string, version = "1-1"): PackageFacts {
  return { name, version, architecture: "amd64", source, sourceVersion: "1-1" } as PackageFacts;
}

function found(name: string, bytes: number): ChangelogFacts {
  return { package: name, version: "1-1", architecture: "amd64", text: Buffer.alloc(bytes, "x"), cut: false };
}

it("has the changelog of a source package once, whichever system had it first", () => {
  const book = new ChangelogBook();
  expect(book.take(facts("a", "s"), found("a", 3))).toEqual(found("a", 3));
  expect(book.isTold(facts("b", "s"))).toBe(true);
  expect(book.take(facts("b", "s"), found("b", 3))).toBeUndefined();
  expect(book.isTold(facts("b", "s", "1-1+b1"))).toBe(false);
  expect(book.isTold(facts("a", "other"))).toBe(false);
});

it("says of each beyond 8 MB that there is one, without its text, and marks that", () => {
  const book = new ChangelogBook();
  let bytes = 0;
  for (let i = 0; i < 5000; i++) {
    const told = book.take(facts("a", `s${i}`), found("a", 4000))!;
    bytes += told.text.length;
    expect(told.cut).toBe(told.text.length === 0);
  }
  expect(bytes).toBe(Math.floor((8 << 20) / 4000) * 4000);
});
