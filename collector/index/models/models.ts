import type { MessagePort } from "node:worker_threads";
import { diffOf } from "../../diff/diff.ts";
import { diffJson } from "../../diff/print/json.ts";
import { diffMarkdown } from "../../diff/print/markdown.ts";
import { diffText } from "../../diff/print/text.ts";
import { sideOfMaterial } from "../../diff/side/side.ts";
import { Configured } from "../../manifest/configured.ts";
import { recordedExtraPackages } from "../../manifest/formats/extra-packages.ts";
import type { Parts } from "../../manifest/formats/format.ts";
import { manifestFormats } from "../../manifest/formats/formats.ts";
import { manifestOfBuild } from "../../manifest/formats/from-build.ts";
import { subjects } from "../../manifest/formats/statement.ts";
import { examine } from "../../nondeterminism/find.ts";
import { findingsFormats } from "../../nondeterminism/formats/formats.ts";
import { reportOf } from "../../nondeterminism/formats/report.ts";
import type { Material } from "../../report/report.ts";
import type { Facts } from "../../store/recording-store.ts";
import { type WhyJson, whyJson } from "../../why/json.ts";
import { plain } from "../../why/text.ts";
import { why } from "../../why/why.ts";
import { describe } from "../describe.ts";
import type { Digest } from "../digest.ts";
import { indexAt } from "../threads/threaded-index.ts";
import type { DiffFormat } from "./diff-formats.ts";
import { digestOfRecording } from "./digest-of-recording.ts";
import { Materials, type Recording } from "./materials.ts";

/** What is asked for cannot be said of this build. */
export class NothingToSay extends Error {
  override readonly name = "NothingToSay";
}

/** What is asked of whole recordings: it takes from tenths of a second to some seconds, so it is done in a thread of its own. */
export class Models {
  readonly #materials = new Materials();
  #index: ReturnType<typeof indexAt> | undefined;

  /** Where descriptions go. */
  connect(port: MessagePort): void {
    this.#index = indexAt(port);
  }

  /** Puts all that a recording tells into the index. @throws NotARecording, or a system error */
  async describe(recording: Recording, facts: Facts): Promise<void> {
    const material = this.#materials.of(recording);
    for (const part of describe(material, facts)) await this.#index!.put(recording.key, part);
  }

  /** What a recording tells up to its first `size` bytes, for one that goes on. */
  digest({ path, size }: Recording): Digest {
    return digestOfRecording(path, size);
  }

  /** @returns undefined if nothing is known of the path */
  why(recording: Recording, path: string): WhyJson | undefined {
    const { build, stories } = this.#materials.of(recording);
    const found = why(build, stories, path);
    return found.resolved.isKnown ? whyJson(build, path, found) : undefined;
  }

  /** @throws NothingToSay for a statement of a build without an image; ManifestError for what a form cannot hold */
  manifest(recording: Recording, name: string): Uint8Array {
    return joined(manifestParts(this.#materials.of(recording), name));
  }

  findings(recording: Recording, name: string): Uint8Array {
    const format = findingsFormats.find((each) => each.name === name)!;
    const material = this.#materials.of(recording);
    const report = reportOf(material.build, examine(material));
    return joined([format.print(report, { paint: plain, isStable: false, isFull: true })]);
  }

  /** @throws NothingToSay if neither has an image */
  async diff(a: Recording, b: Recording, format: DiffFormat): Promise<Uint8Array> {
    const diff = await diffOf(sideOfMaterial(this.#materials.of(a)), sideOfMaterial(this.#materials.of(b)));
    if (diff.comparison.isNothing)
      throw new NothingToSay(
        "there is nothing to compare: neither recording has an image; give builds that made one",
      );
    switch (format) {
      case "json":
        return joined([`${JSON.stringify(diffJson(diff), null, 2)}\n`]);
      case "text":
        return joined([diffText(diff, plain)]);
      case "markdown":
        return joined([diffMarkdown(diff)]);
      default:
        return format satisfies never;
    }
  }
}

function manifestParts(material: Material, name: string): Parts {
  const format = manifestFormats.find((each) => each.name === name)!;
  switch (format.of) {
    case "packages":
      return format.print(manifestOfBuild(material, recordedExtraPackages(new Configured(material.build))));
    case "statement":
      if (subjects(material).length > 0) return format.print(material);
      throw new NothingToSay(
        `format ${name} states something of an image file, and this build recorded none`,
      );
    default:
      return format satisfies never;
  }
}

function joined(parts: Parts): Uint8Array {
  return Buffer.concat([...parts].map((part) => Buffer.from(part as string)));
}
