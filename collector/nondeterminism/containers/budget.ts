/** Bytes that containers of one file may give, all together and each member, and how many members. */
export const fileLimit = 64 << 20;
export const memberLimit = 8 << 20;
export const mostMembers = 20_000;
/** Programs that are started for one file: each takes some milliseconds. */
const mostPrograms = 16;

/** What all files of a build may give: several times as much as a realistic image does. */
const buildLimit = 256 << 20;
const mostProgramsOfBuild = 128;

/** What may still be taken out of the containers of all files of a build. */
export class BuildBudget {
  bytes = buildLimit;
  programs = mostProgramsOfBuild;
}

/** What may still be taken out of the containers of one file, however deep they are. */
export class Budget {
  readonly #build: BuildBudget;
  #bytes = fileLimit;
  #members = mostMembers;
  #programs = mostPrograms;

  constructor(build = new BuildBudget()) {
    this.#build = build;
  }

  /** The most that the next member may have; 0 when nothing more is to be taken out. */
  get room(): number {
    return this.#members === 0 ? 0 : Math.min(this.#bytes, memberLimit, this.#build.bytes);
  }

  /** Takes what a member had, as far as there is. */
  take(bytes: number): void {
    this.#bytes = Math.max(this.#bytes - bytes, 0);
    this.#members = Math.max(this.#members - 1, 0);
    this.#build.bytes = Math.max(this.#build.bytes - bytes, 0);
  }

  /** Whether one more program may be started. */
  takeProgram(): boolean {
    return this.#programs-- > 0 && this.#build.programs-- > 0;
  }
}
