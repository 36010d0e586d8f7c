import { parseArgs } from "node:util";
import { ManifestError } from "../manifest/error.ts";
import { envelopeOf } from "../manifest/formats/dsse.ts";
import type { ManifestFormat, Parts, StatementFormat } from "../manifest/formats/format.ts";
import { manifestFormats } from "../manifest/formats/formats.ts";
import { signerOf } from "../manifest/formats/signer.ts";
import { subjects } from "../manifest/formats/statement.ts";
import type { Material } from "../report/report.ts";
import { readInput } from "./manifest-input.ts";
import { formatOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

const names = manifestFormats.map(({ name }) => name);
const statements = manifestFormats.filter((format) => format.of === "statement").map(({ name }) => name);

export const usage = `isotrace manifest [--format FORMAT] [--extra-packages FILE] [--origins FILE] [--sign KEY] BUILD
isotrace manifest [--format FORMAT] [--extra-packages FILE] MANIFEST
isotrace manifest [--format FORMAT] [--extra-packages FILE] --triplets DIR [--serials DIR]

Prints which packages a build used, and the state of the archives that they came from.

  BUILD            a build's id, its output directory or a recording
  MANIFEST         a build-manifest file
  --triplets DIR   the lists that Tails' aggregator takes: DIR has deburis, binuris and srcuris
  --serials DIR    the archives' serials: DIR has ARCHIVE/serial
  --format FORMAT
    tails          Tails' build-manifest (default)
    json           everything that is known: URIs, checksums, origins
    text           tables for a person
    cyclonedx      CycloneDX 1.6
    spdx           SPDX 2.3
    buildinfo      what debootsnap --buildinfo reads
    slsa           in-toto Statement v1 with SLSA provenance v1: of a BUILD that made an image file
    runtime-trace  in-toto Statement v1 with runtime-trace v0.1: likewise
  --extra-packages FILE
                   packages to add to the build-manifest, as Tails' config/build-manifest-extra-packages.yml has
                   them (default: that file as recorded with the BUILD; with --triplets, in this directory)
  --origins FILE   rules for names and references of archives, before those of the BUILD
  --sign KEY       ${statements.join(" and ")} as a DSSE envelope, signed with a private key in a PEM file, or
                   with gpg:KEYID

Exits 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: "string", default: "tails" },
      triplets: { type: "string" },
      serials: { type: "string" },
      "extra-packages": { type: "string" },
      origins: { type: "string" },
      sign: { type: "string" },
    },
  });
  const name = formatOf("manifest", names, values.format);
  const format = manifestFormats.find((each) => each.name === name)!;
  if (values.sign !== undefined && format.of !== "statement") {
    throw new UsageError(
      `manifest: --sign needs --format ${statements.join(" or ")}, but it is ${name}; sign a file of it with your own tool`,
    );
  }
  try {
    const input = readInput({ ...values, given: positionals, cwd: process.cwd() });
    for (const note of input.notes) process.stderr.write(`isotrace: ${note}\n`);
    write(print(format, input, values.sign));
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
  return 0;
}

function print(format: ManifestFormat, input: ReturnType<typeof readInput>, key: string | undefined): Parts {
  switch (format.of) {
    case "packages":
      return format.print(input.manifest());
    case "statement": {
      const parts = statement(format, input.material);
      return key === undefined ? parts : signed(parts, key);
    }
    default:
      return format satisfies never;
  }
}

function statement({ name, print }: StatementFormat, material: Material | undefined): Parts {
  if (material === undefined) {
    const remedy = "give a BUILD, or take cyclonedx, spdx or buildinfo";
    throw new UsageError(
      `manifest: --format ${name} needs what a recording tells, and this is no BUILD; ${remedy}`,
    );
  }
  if (subjects(material).length > 0) return print(material);
  throw new UsageError(
    `manifest: --format ${name} states something of an image file, and build ${JSON.stringify(material.build.id)} recorded none; give a build that made one`,
  );
}

function signed(parts: Parts, key: string): Parts {
  const bytes = Buffer.concat([...parts].map((part) => Buffer.from(part)));
  return [`${JSON.stringify(envelopeOf(bytes, signerOf(key)))}\n`];
}

function write(parts: Parts): void {
  for (const part of parts) process.stdout.write(part);
}
