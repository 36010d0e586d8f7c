import { flushCompileCache } from "node:module";
import { changeDirectory, rootHere } from "./libc.ts";

/**
 * The environment of a process that enters a root: nothing by which Node writes files when the process ends (coverage, profiles),
 * which would be into what it reads. What it has compiled is an exception, as that is written before entering.
 */
export function rootEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env;
  // Node itself hands on the first, unless it is set.
  return { NODE_V8_COVERAGE: "", ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

/**
 * Makes an open directory this process's root for good: paths and symlinks read afterwards cannot lead outside, as
 * long as no descriptor of an outside directory is used. For a child process of its own, with all of its code loaded
 * before: nothing outside can be imported any more. By descriptor, as the directory may be moved by then.
 * @throws SystemError
 */
export function enterRoot(directory: number): void {
  flushCompileCache();
  changeDirectory(directory);
  rootHere();
}
