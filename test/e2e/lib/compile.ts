import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { execa } from "execa";

/** Compiles one of the checks' C programs. */
export async function compile(source: string, program: string): Promise<string> {
  mkdirSync(dirname(program), { recursive: true });
  await execa("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program, source]);
  return program;
}
