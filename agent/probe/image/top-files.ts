import { lstatSync, readdirSync } from "node:fs";

/** How images are called that live-build leaves (live-build's scripts binary_iso, binary_hdd, binary_netboot, binary_tar). */
const imageName = /\.(?:iso|img|hdd)$|\.tar(?:\.[a-z0-9]+)?$/;
/** Programs that make an image, whatever it is called. */
const imagePrograms = /^(?:xorriso|xorrisofs|genisoimage|mkisofs|mkfs\..*|mke2fs|mkdosfs|isohybrid)$/;

/** The image files that a build leaves at the top of its directory, and not those that were there before. */
export class TopFiles {
  readonly #directory: Buffer;
  readonly #before: Map<string, string>;
  readonly #written = new Set<string>();

  constructor(buildDirectory: Buffer) {
    this.#directory = buildDirectory;
    this.#before = this.#states();
  }

  /** A file at the top was written. @param program the base name of the writer's; "" if it is not known. */
  notice(name: string, program: string): void {
    if (imagePrograms.test(program)) this.#written.add(name);
  }

  /** Names as byte strings, in byte order. */
  list(): string[] {
    const made = [...this.#states()].filter(([name, state]) => {
      if (this.#written.has(name)) return true;
      return imageName.test(name) && this.#before.get(name) !== state;
    });
    return made.map(([name]) => name).sort();
  }

  /** For each regular file, what changes when it is written or replaced. */
  #states(): Map<string, string> {
    const states = new Map<string, string>();
    for (const name of readdirSync(this.#directory, { encoding: "buffer" })) {
      const path = Buffer.concat([this.#directory, Buffer.from("/"), name]);
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stat?.isFile()) states.set(name.toString("latin1"), `${stat.ino}:${stat.size}:${stat.ctimeNs}`);
    }
    return states;
  }
}
