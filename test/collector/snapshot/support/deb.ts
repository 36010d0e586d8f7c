import { gzipSync } from "node:zlib";

/** A package of a synthetic archive. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  /** Default: amd64. */
  readonly architecture?: string;
  /** `NAME (VERSION)`, if it is another than the package. */
  readonly source?: string;
  readonly depends?: string;
  /** Bytes that the package's one file has. */
  readonly size?: number;
}

export function controlOf(spec: PackageSpec): string {
  const fields: [string, string | undefined][] = [
    ["Package", spec.name],
    ["Source", spec.source],
    ["Version", spec.version],
    ["Architecture", spec.architecture ?? "amd64"],
    ["Maintainer", "Nobody <nobody@example.org>"],
    ["Depends", spec.depends],
    ["Section", "misc"],
    ["Priority", "optional"],
    ["Description", `synthetic ${spec.name}`],
  ];
  return fields.map(([name, value]) => (value === undefined ? "" : `${name}: ${value}\n`)).join("");
}

/** A binary package (deb(5)) with one file, by no other program: a benchmark needs 20,000 of them. */
export function makeDeb(spec: PackageSpec): Buffer {
  const content = Buffer.from(`${spec.name} ${spec.version}\n`.padEnd(spec.size ?? 0, "x"));
  const control = tar([["./control", Buffer.from(controlOf(spec))]]);
  const data = tar([[`./usr/share/${spec.name}`, content]]);
  return Buffer.concat([
    Buffer.from("!<arch>\n"),
    member("debian-binary", Buffer.from("2.0\n")),
    member("control.tar.gz", gzipSync(control, { level: 1 })),
    member("data.tar.gz", gzipSync(data, { level: 1 })),
  ]);
}

/** A native source package's one archive (it is never unpacked). */
export function makeSourceTar(name: string, version: string): Buffer {
  return gzipSync(tar([[`${name}-${version}/README`, Buffer.from(`${name} ${version}\n`)]]), { level: 1 });
}

/** Of ar(5): 60 bytes of header, and an even length. */
function member(name: string, content: Buffer): Buffer {
  const header = `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(header), content, Buffer.alloc(content.length % 2, "\n")]);
}

/** Of tar(5), ustar: regular files of mode 644. */
function tar(files: readonly [name: string, content: Buffer][]): Buffer {
  const blocks = files.flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
