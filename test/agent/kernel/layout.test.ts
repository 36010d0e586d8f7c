import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as layout from "../../../agent/kernel/layout.ts";
import { readBtf } from "./support/btf.ts";
import { enumOf, structs } from "./support/c-layout.ts";

const compiled = structs();

/** Offsets of a C struct's own members: its header, where it has one, is compared by itself. */
function offsets(name: string): Record<string, number> {
  const { h: _header, ...own } = Object.fromEntries(compiled.get(name)!.members);
  return own;
}

describe("the layout of records", () => {
  it.each([
    ["header", layout.header, layout.headerSize],
    ["fork_record", layout.fork, layout.forkSize],
    ["exit_record", layout.exit, layout.exitSize],
    ["exec_record", layout.exec, layout.execSize],
    ["needs_record", layout.needs, layout.needsSize],
    ["connect_record", layout.connect, layout.connectSize],
    ["settings", layout.settings, layout.settingsSize],
  ])("is that of the C struct: %s", (name, own, size) => {
    expect({ size, ...own }).toEqual({ size: compiled.get(name)!.size, ...offsets(name) });
  });

  it("has the C file's kinds, flags and needs, in their order", () => {
    const { KINDS, ...kinds } = enumOf("kind");
    expect(Object.values(layout.kinds)).toEqual(Object.values(kinds));
    expect(layout.kindCount).toBe(KINDS);
    expect(layout.execFlags).toEqual(enumOf("exec_flag"));
    const { NEEDS, ...needs } = enumOf("need");
    expect(layout.needNames.map(([name]) => name)).toEqual(Object.keys(needs));
    expect(layout.needNames).toHaveLength(NEEDS!);
  });

  it("is that of the committed object too, as its BTF has it", () => {
    // BTF holds what programs and maps refer to by type: of the records, the largest; the rest is the compiler's word.
    const object = readFileSync(new URL("../../../agent/kernel/isotrace.bpf.o", import.meta.url));
    const { structs: loaded, enums } = readBtf(object);
    for (const name of ["header", "exec_record", "settings"])
      expect(loaded.get(name), name).toEqual(compiled.get(name));
    expect(enums.get("need")).toEqual(enumOf("need"));
  });
});
