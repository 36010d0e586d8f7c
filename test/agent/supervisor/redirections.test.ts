import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, it } from "vitest";
import { operation } from "../../../proto/events.ts";
import { argvOf, buildDirectory, eventsOf, ofKind, program } from "../support/isotrace.ts";

/** As maintainer scripts and hooks write files: by a command whose output the shell has opened for it. */
const script = `
for i in 1 2 3 4 5 6 7 8 9 10; do
  date >sh-$i
  date 2>&1 >>sh-append-$i
  sh -c "exec date >exec-$i"
  sh -c "date >last-$i"
  bash -c "date >bash-$i; true"
  (echo first; date) >group-$i
  echo builtin >builtin-$i
  cat </dev/null >empty-$i
done
`;

/** Who was the last to write each form of file, over all rounds. */
const expected = {
  sh: ["date"],
  "sh-append": ["date"],
  exec: ["date"],
  last: ["date"],
  bash: ["date"],
  group: ["date"],
  builtin: ["sh script"],
  empty: ["sh script"],
};

it("a file of a redirection was written by the command, not by the shell that opened and closed it", () => {
  using build = buildDirectory();
  writeFileSync(join(build.path, "script"), script);
  execaSync(program, ["run", "--", "sh", "script"], { cwd: build.path, stdin: "ignore" });
  const events = eventsOf(build.path);
  const commands = new Map(
    ofKind(events, "exec").map((exec) => [`${exec.process}.${exec.epoch}`, argvOf(exec)]),
  );
  const last = new Map(
    ofKind(events, "file")
      .filter(({ operations }) => (operations & operation.write) !== 0)
      .map(({ name, process, epoch }) => [name, commands.get(`${process}.${epoch}`) ?? "a shell"]),
  );
  const writers = Object.keys(expected).map((form) => {
    const rounds = Array.from({ length: 10 }, (_, i) => last.get(`${form}-${i + 1}`));
    return [form, [...new Set(rounds)]];
  });
  expect(Object.fromEntries(writers)).toEqual(expected);
});
