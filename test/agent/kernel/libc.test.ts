import { constants } from "node:os";
import koffi from "koffi";
import { describe, expect, it } from "vitest";
import { open, resultOf, SystemError } from "../../../agent/kernel/libc.ts";

const { EAGAIN, EINTR, ENOENT, ETIMEDOUT } = constants.errno;

/** A call that fails with each of these in turn, and succeeds then. */
function failing(errnos: number[]) {
  let made = 0;
  const call = (): number => {
    const errno = errnos[made++];
    if (errno === undefined) return 7;
    koffi.errno(errno);
    return -1;
  };
  return { call, made: () => made };
}

describe("the result of a call", () => {
  it("is made sure of where errno is what a lock leaves there", () => {
    for (const lock of [EAGAIN, EINTR, ETIMEDOUT]) {
      expect(resultOf(failing([lock]).call)).toBe(7);
      expect(resultOf(failing([lock, lock, ENOENT]).call)).toBe(-ENOENT);
    }
  });

  it("is its own errno at once, and a lock's if that goes on", () => {
    const once = failing([ENOENT]);
    expect([resultOf(once.call), once.made()]).toEqual([-ENOENT, 1]);
    expect(resultOf(failing(new Array(100).fill(EAGAIN)).call)).toBe(-EAGAIN);
  });

  it("is an error with the call, its subject and the errno's name, where it is thrown", () => {
    const error = new SystemError("open", ENOENT, "/nowhere");
    expect(() => open("/nowhere", 0)).toThrow(error);
    expect(error).toMatchObject({ code: "ENOENT", call: "open", subject: "/nowhere" });
  });
});
