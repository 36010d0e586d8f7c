import { expect, test } from "vitest";
import { membersOf } from "../../../collector/model/image.ts";
import { Scenario } from "../support/scenario.ts";

const sha256 = Buffer.alloc(32, 1);
const within = Buffer.from("/boot/initrd.img");

test("members of an archive are no entries of the image, keep its order, and are found from a copy in another image", () => {
  const s = new Scenario();
  const tree = s.beginImage("tree", "");
  s.entry(tree, "/boot/initrd.img", { sha256 });
  for (const path of ["/z", "/a"]) s.entry(tree, path, { within, mtime: 7 });
  s.endImage(tree, "tree");
  const binary = s.beginImage("binary", "");
  s.entry(binary, "/binary/live/initrd", { sha256 });
  s.entry(binary, "/binary/other", { sha256: Buffer.alloc(32, 2) });
  s.endImage(binary, "binary");
  s.end();
  const build = s.read();
  expect(build.causes().causes).toEqual([]);
  expect([...build.image!.entries.keys()]).toEqual(["/boot/initrd.img"]);
  const of = (path: string) => membersOf(build.images, build.binary!.entries.get(path)!);
  expect([...of("/binary/live/initrd")!.keys()]).toEqual(["/z", "/a"]);
  expect(of("/binary/live/initrd")!.get("/a")).toMatchObject({ path: "/a", mtime: 7, history: 0 });
  expect(of("/binary/other")).toBeUndefined();
});
