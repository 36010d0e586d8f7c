import koffi from "koffi";
import { failed } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const tcgetattr = libc.func("int tcgetattr(int fd, _Out_ void *mode)");
const tcsetattr = libc.func("int tcsetattr(int fd, int when, const void *mode)");
const cfmakeraw = libc.func("void cfmakeraw(_Inout_ void *mode)");

const TCSANOW = 0;
/** struct termios of the GNU C library has 60 bytes on every architecture; more is room for another's. */
const termiosSize = 128;

/** How a terminal treats what is typed and printed: struct termios, to be given back as it is. */
export type TerminalMode = Buffer & { readonly terminalMode: unique symbol };

/** tcgetattr(3). @throws SystemError: ENOTTY where it is no terminal, EIO where it was hung up */
export function terminalMode(fd: number): TerminalMode {
  const mode = Buffer.alloc(termiosSize) as TerminalMode;
  if (tcgetattr(fd, mode) < 0) throw failed("tcgetattr", `fd ${fd}`);
  return mode;
}

/** tcsetattr(3), at once. A process of the background is stopped by it (SIGTTOU). @throws SystemError */
export function setTerminalMode(fd: number, mode: TerminalMode): void {
  if (tcsetattr(fd, TCSANOW, mode) < 0) throw failed("tcsetattr", `fd ${fd}`);
}

/** cfmakeraw(3): every byte goes through as it is, both ways. Node's raw mode writes each "\n" as "\r\n". */
export function rawMode(mode: TerminalMode): TerminalMode {
  const raw = Buffer.from(mode) as TerminalMode;
  cfmakeraw(raw);
  return raw;
}
