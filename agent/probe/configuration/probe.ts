import { closeSync } from "node:fs";
import { type Event, operation } from "../../../proto/events.ts";
import { SystemError } from "../../kernel/libc.ts";
import { openBeneath } from "../../kernel/open-beneath.ts";
import type { DirectoryNode } from "../file/tree.ts";
import { Budget } from "./budget.ts";
import { isOfConfiguration, lookAtBuild } from "./build-files.ts";
import { type ConfigurationChanges, ConfigurationLook } from "./look.ts";
import { Soon } from "./soon.ts";
import { ToldConfiguration } from "./told.ts";

export interface ConfigurationProbeOutput {
  emit(event: Event): void;
  loss(what: string, detail: string): void;
  /** Opens the build directory. @throws SystemError if it is gone. */
  open(): number;
  /** Microseconds of CLOCK_BOOTTIME. */
  now(): number;
}

/** Of all that a recording holds of a build's configuration. */
const mostBytes = 16 << 20;
const { create, write, rename } = operation;
const happening = create | write | rename | operation.delete;

/**
 * The build's own configuration (`config/`): read at the start, and again when some of it was written. The build directory
 * is the builder's, unlike a chroot, so it is read by this process, without following a symlink out of it.
 */
export class ConfigurationProbe {
  readonly #out: ConfigurationProbeOutput;
  readonly #told = new ToldConfiguration(new Budget(mostBytes));
  readonly #soon = new Soon(() => this.look());

  constructor(out: ConfigurationProbeOutput) {
    this.#out = out;
  }

  /** Something happened to a file or directory. To be told of each: mostly it is none of the configuration. */
  notice(directory: DirectoryNode, name: string, operations: number): void {
    if ((operations & happening) !== 0 && isOfConfiguration(directory, name)) this.#soon.touch();
  }

  /** Tells of what is new since the last look. */
  look(): void {
    const changes = this.#changes();
    if (changes === undefined) return;
    for (const detail of changes.losses) this.#out.loss("configuration", detail);
    const time = this.#out.now();
    for (const facts of this.#told.take(changes))
      this.#out.emit({ kind: "configuration", time, root: 1, ...facts });
  }

  /** The build has ended: takes the last look. */
  settle(): void {
    if (this.#soon.cancel()) this.look();
  }

  close(): void {
    this.#soon.cancel();
  }

  #changes(): ConfigurationChanges | undefined {
    let directory: number | undefined;
    try {
      const within = this.#out.open();
      directory = within;
      const look = new ConfigurationLook(this.#told.digests, (path, flags) =>
        openBeneath(within, path.subarray(1), flags),
      );
      lookAtBuild(look);
      return look.changes();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#out.loss("configuration", `the build directory cannot be read: ${error.code}`);
      return undefined;
    } finally {
      if (directory !== undefined) closeSync(directory);
    }
  }
}
