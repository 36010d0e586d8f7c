import { changeDirectory, rootHere } from "./libc.ts";

/**
 * Makes an open directory this process's root for good: paths and symlinks read afterwards cannot lead outside, as
 * long as no descriptor of an outside directory is used. For a child process of its own, with all of its code loaded
 * before: nothing outside can be imported any more. By descriptor, as the directory may be moved by then.
 * @throws SystemError
 */
export function enterRoot(directory: number): void {
  changeDirectory(directory);
  rootHere();
}
