import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execaSync } from "execa";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../agent/kernel/", import.meta.url));

it("the committed eBPF object is what its source compiles to, byte for byte", () => {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-bpf-"));
  try {
    const made = join(directory, "made.o");
    execaSync(join(folder, "build-bpf.sh"), [made]);
    expect(readFileSync(made).equals(readFileSync(join(folder, "isotrace.bpf.o")))).toBe(true);
    expect(readFileSync(join(folder, "isotrace.bpf.c"), "utf8")).toContain("Debian clang version 14.0.6");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
