import type { Culprit } from "../../nondeterminism/finding.ts";
import type { PackageDifference } from "../packages.ts";
import type { Evidence } from "../side/evidence.ts";
import { type Change, type Explanation, explanation } from "./difference.ts";

const infoFile = /^\/var\/lib\/dpkg\/info\/([^/:]+)(?::[^/.]+)?\.[a-z0-9]+$/;
/** Programs that make files of an image, and the packages that bring them. */
const makers: ReadonlyMap<string, string> = new Map([
  ["mksquashfs", "squashfs-tools"],
  ["xorriso", "xorriso"],
  ["genisoimage", "genisoimage"],
  ["mkfs.msdos", "dosfstools"],
  ["mkfs.fat", "dosfstools"],
  ["mcopy", "mtools"],
  ["mmd", "mtools"],
  ["grub-mkimage", "grub-common"],
  ["grub-mkstandalone", "grub-common"],
]);

/** The packages that the two builds do not have in the same version, as causes. */
export class ChangedPackages {
  readonly #ofImage = new Map<string, PackageDifference>();
  readonly #elsewhere = new Map<string, PackageDifference>();

  constructor(differences: readonly PackageDifference[]) {
    for (const each of differences) {
      const known = each.where === "image" ? this.#ofImage : this.#elsewhere;
      if (!known.has(each.name)) known.set(each.name, each);
    }
  }

  /** Whether the image's own packages differ. */
  get areInImage(): boolean {
    return this.#ofImage.size > 0;
  }

  /** That a path is as its package ships it, and the package is of another version. */
  ofShipped({ path, a, b }: Change): Explanation | undefined {
    const info = infoFile.exec(path)?.[1];
    const owner = info ?? ownerOf(a) ?? ownerOf(b);
    const changed = owner === undefined ? undefined : this.#ofImage.get(owner);
    if (changed === undefined) return undefined;
    const isShipped = ({ entry }: Evidence) =>
      entry === undefined || entry.relation === "shipped" || entry.type !== "file";
    if (info === undefined && !(isShipped(a) && isShipped(b))) return undefined;
    return ofPackage(changed, "high", `its package is ${versions(changed)}`);
  }

  /** That a path's writer is of a package of another version: for what nothing else explains. */
  ofWriter({ a, b }: Change): Explanation | undefined {
    for (const { package: owner, chain } of [...a.writers, ...b.writers]) {
      const changed = owner === null ? undefined : this.#ofImage.get(owner.name);
      if (changed !== undefined)
        return ofPackage(changed, "medium", `its writer's package is ${versions(changed)}`);
      const program = chain[0]?.split(" ")[0]?.split("/").at(-1) ?? "";
      const maker =
        this.#elsewhere.get(makers.get(program) ?? "") ?? this.#ofImage.get(makers.get(program) ?? "");
      if (maker !== undefined)
        return ofPackage(maker, "medium", `the package of the program that made it is ${versions(maker)}`);
    }
    return undefined;
  }
}

function ownerOf({ entry }: Evidence): string | undefined {
  const owner = entry?.package.split(":")[0];
  return owner === "" ? undefined : owner;
}

function ofPackage(changed: PackageDifference, confidence: "high" | "medium", reason: string): Explanation {
  return { ...explanation("package-set", confidence, [reason]), culprits: [culpritOf(changed)] };
}

function culpritOf({ name, architecture, a, b }: PackageDifference): Culprit {
  const version = b.at(-1) ?? a.at(-1) ?? "";
  return { kind: "package", name, package: { name, version, architecture } };
}

function versions({ a, b }: PackageDifference): string {
  if (a.length === 0) return `in B only: ${b.join(", ")}`;
  if (b.length === 0) return `in A only: ${a.join(", ")}`;
  return `${a.join(", ")} in A and ${b.join(", ")} in B`;
}
