/** One fault: makes it happen to a build that streams; `run` throws when what must hold does not. */
export interface Fault {
  readonly name: string;
  /**
   * Works in the directory `home`, which is the fault's alone and empty.
   * @returns what was seen, one line
   */
  run(home: string): Promise<string>;
}
