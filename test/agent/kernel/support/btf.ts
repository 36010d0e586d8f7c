import type { Struct } from "./c-layout.ts";

/** The types that an eBPF object says it was compiled with, by name (Documentation/bpf/btf.rst). */
export interface Btf {
  structs: Map<string, Struct>;
  enums: Map<string, Record<string, number>>;
}

const KIND_STRUCT = 4;
const KIND_ENUM = 6;
/** Bytes that follow a type of each kind: some once, some for each of its members. */
const once: Record<number, number> = { 1: 4, 3: 12, 14: 4, 17: 4 };
const each: Record<number, number> = { 4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12 };

export function readBtf(object: Buffer): Btf {
  const btf = sectionOf(object, ".BTF");
  const header = btf.readUInt32LE(4);
  const types = header + btf.readUInt32LE(8);
  const end = types + btf.readUInt32LE(12);
  const strings = header + btf.readUInt32LE(16);
  const nameAt = (at: number) => textAt(btf, strings + btf.readUInt32LE(at));
  const found: Btf = { structs: new Map(), enums: new Map() };
  for (let at = types; at < end; ) {
    const info = btf.readUInt32LE(at + 4);
    const [kind, count] = [(info >>> 24) & 0x1f, info & 0xffff];
    const size = each[kind] ?? 0;
    const members = Array.from({ length: count }, (_, i) => at + 12 + i * size);
    if (kind === KIND_STRUCT) {
      const offsets = members.map((m): [string, number] => [nameAt(m), btf.readUInt32LE(m + 8) / 8]);
      found.structs.set(nameAt(at), { size: btf.readUInt32LE(at + 8), members: new Map(offsets) });
    } else if (kind === KIND_ENUM) {
      const values = members.map((m): [string, number] => [nameAt(m), btf.readInt32LE(m + 4)]);
      found.enums.set(nameAt(at), Object.fromEntries(values));
    }
    at += 12 + (once[kind] ?? 0) + count * size;
  }
  return found;
}

/** A section of a 64-bit little-endian ELF file (elf(5)). */
function sectionOf(object: Buffer, name: string): Buffer {
  const table = Number(object.readBigUInt64LE(0x28));
  const headerOf = (index: number) => object.subarray(table + index * object.readUInt16LE(0x3a));
  const place = (header: Buffer) => Number(header.readBigUInt64LE(0x18));
  const names = place(headerOf(object.readUInt16LE(0x3e)));
  for (let i = 0; i < object.readUInt16LE(0x3c); i++) {
    const header = headerOf(i);
    if (textAt(object, names + header.readUInt32LE(0)) !== name) continue;
    return object.subarray(place(header), place(header) + Number(header.readBigUInt64LE(0x20)));
  }
  throw new Error(`the object has no section ${name}: was it compiled without -g?`);
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, bytes.indexOf(0, at));
}
