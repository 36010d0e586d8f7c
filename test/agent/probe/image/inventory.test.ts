import { expect, test } from "vitest";
import { newEntry } from "../../../../agent/probe/image/entry.ts";
import { Inventory, InventoryError, pathLimit, textLimit } from "../../../../agent/probe/image/inventory.ts";

const entry = newEntry("/x", "file");

test("an image with more paths than are read is refused, not cut", () => {
  const inventory = new Inventory();
  for (let i = 0; i < pathLimit; i++) inventory.add(entry);
  expect(() => inventory.add(entry)).toThrow(
    new InventoryError("the image holds more than 2000000 paths: no more are read"),
  );
});

test("an image with longer names and attributes than are read is refused, not cut", () => {
  const inventory = new Inventory();
  const value = "v".repeat(textLimit / 8);
  const large = { ...entry, xattrs: [{ name: "user.x", value }] };
  for (let i = 0; i < 7; i++) inventory.add(large);
  expect(() => inventory.add(large)).toThrow("names and attributes exceed 536870912 bytes");
});

test("a path that an image names twice is there once, and says so", () => {
  const inventory = new Inventory();
  for (const path of ["/b", "/a", "/b", "/b"]) inventory.add({ ...entry, path });
  expect(inventory.sorted().map(({ path, problem }) => [path, problem])).toEqual([
    ["/a", ""],
    ["/b", "the image names this path more than once"],
  ]);
});
