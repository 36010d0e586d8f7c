import { type FilePart, readRegular } from "../../inside/read.ts";
import { type Installed, parseStatus } from "./status.ts";

const path = "/var/lib/dpkg/status";
const mostBytes = 128 << 20;

/** dpkg's status of the system that is this process's root. It is read when it is asked for, and then kept until `forget`. */
export class DpkgStatus {
  #read: { installed: Installed[] | undefined } | undefined;
  #byKey: Map<string, Installed> | undefined;

  /** What is installed; undefined if there is no status. @throws Unreadable, once */
  get installed(): Installed[] | undefined {
    if (this.#read !== undefined) return this.#read.installed;
    this.#read = { installed: undefined };
    this.#read = { installed: parsed(readRegular(path, mostBytes)) };
    return this.#read.installed;
  }

  /** @throws Unreadable, once */
  find(name: string, version: string, architecture: string): Installed | undefined {
    this.#byKey ??= new Map(
      (this.installed ?? []).map((each) => [keyOf(each.name, each.version, each.architecture), each]),
    );
    return this.#byKey.get(keyOf(name, version, architecture));
  }

  /** It may have changed. */
  forget(): void {
    this.#read = undefined;
    this.#byKey = undefined;
  }
}

function parsed(part: FilePart | undefined): Installed[] | undefined {
  return part === undefined ? undefined : parseStatus(part.data.toString("latin1"));
}

function keyOf(name: string, version: string, architecture: string): string {
  return `${name} ${version} ${architecture}`;
}
