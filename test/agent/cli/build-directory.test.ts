import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { program } from "../support/isotrace.ts";

describe("a BUILD_DIR that is no directory", () => {
  it.each(["attach", "doctor"])("is refused by %s in one line that says what to give", async (command) => {
    for (const given of ["/none/such", "/etc/passwd"]) {
      const { exitCode, stdout, stderr } = await execa(program, [command, given], { reject: false });
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `isotrace: ${command}: ${given}: not a directory; give the directory that "lb build" runs in`,
      });
    }
  });
});
