import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Statements } from "../../../../collector/index/sqlite/statements.ts";
import { isFull } from "../../../../collector/store/is-full.ts";

test("what there is no room for is undone as a whole, and the next works when there is room", () => {
  const statements = new Statements(new DatabaseSync(":memory:"));
  const { database } = statements;
  database.exec("CREATE TABLE things (thing BLOB); PRAGMA max_page_count = 10");
  const fill = () =>
    statements.together(() => {
      for (let i = 0; i < 100; i++) statements.run("INSERT INTO things VALUES (zeroblob(1000))");
    });
  let failure: unknown;
  try {
    fill();
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({ message: "database or disk is full" });
  expect(isFull(failure)).toBe(true);
  expect(statements.get("SELECT count(*) AS count FROM things")).toEqual({ count: 0 });
  database.exec("PRAGMA max_page_count = 1000");
  fill();
  expect(statements.get("SELECT count(*) AS count FROM things")).toEqual({ count: 100 });
});
