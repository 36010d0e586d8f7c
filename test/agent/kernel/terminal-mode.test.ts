import { closeSync, openSync } from "node:fs";
import { execaSync } from "execa";
import pty from "node-pty";
import { expect, onTestFinished, test } from "vitest";
import { SystemError } from "../../../agent/kernel/libc.ts";
import { rawMode, setTerminalMode, terminalMode } from "../../../agent/kernel/terminal-mode.ts";

test("a terminal passes every byte in raw mode, and is afterwards as it was", () => {
  const terminal = pty.spawn("sleep", ["1000"], {});
  onTestFinished(() => terminal.kill("SIGKILL"));
  const { fd, ptsName } = terminal as unknown as { fd: number; ptsName: string };
  const settings = () => execaSync("stty", ["-F", ptsName, "-a"]).stdout;
  const before = settings();
  const mode = terminalMode(fd);
  setTerminalMode(fd, rawMode(mode));
  expect(settings()).toMatch(/-opost(.|\n)*-isig -icanon -iexten -echo /);
  setTerminalMode(fd, mode);
  expect(settings()).toBe(before);
});

test("what is no terminal has no mode", () => {
  const fd = openSync("/dev/null", "r");
  onTestFinished(() => closeSync(fd));
  expect(() => terminalMode(fd)).toThrow(SystemError);
  expect(() => terminalMode(fd)).toThrow(/ENOTTY/);
});
