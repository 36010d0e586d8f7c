import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { execa } from "execa";

/** Makes a tree with every type of file, and the names, attributes and sizes that readers get wrong. */
export async function makeTree(top: string): Promise<void> {
  const at = (name: string) => Buffer.concat([Buffer.from(`${top}/`), Buffer.from(name, "latin1")]);
  mkdirSync(at("dir/sub"), { recursive: true });
  mkdirSync(at("sticky"));
  chmodSync(at("sticky"), 0o1777);
  writeFileSync(at("file"), "content\n");
  writeFileSync(at("empty"), "");
  writeFileSync(at("large"), Buffer.alloc(3_000_001, "0123456789abcdef"));
  writeFileSync(at("sparse"), "start");
  truncateSync(at("sparse"), 50_000_000);
  writeFileSync(at("set-user-id"), "x");
  chmodSync(at("set-user-id"), 0o4755);
  linkSync(at("file"), at("dir/hard link"));
  linkSync(at("file"), at("another"));
  symlinkSync("dir/sub", at("symlink"));
  symlinkSync(Buffer.from("t\xff".repeat(400), "latin1"), at("long target"));
  for (const name of [
    "\xff\xfe bytes",
    "new\nline",
    "back\\slash",
    'quo"te',
    " ",
    "n".repeat(255),
    "a".repeat(100),
  ])
    writeFileSync(at(name), name);
  const deep = `deep/${Array(15).fill("d".repeat(240)).join("/")}`;
  mkdirSync(at(deep), { recursive: true });
  writeFileSync(at(`${deep}/${"f".repeat(200)}`), "deep");
  const run = (program: string, ...args: string[]) => execa(program, args, { cwd: top });
  await run("mknod", "character", "c", "1", "3");
  await run("mknod", "block", "b", "259", "70000");
  await run("mkfifo", "fifo");
  await run("perl", "-MIO::Socket::UNIX", "-e", 'IO::Socket::UNIX->new(Local => "socket", Listen => 1)');
  await run(
    "perl",
    "-MIO::Socket::UNIX",
    "-e",
    'IO::Socket::UNIX->new(Local => "dir/line\nsock", Listen => 1)',
  );
  await run("setfattr", "-n", "user.binary", "-v", "0x000a3d00ff", "file");
  await run("setfattr", "-n", "user.none", "file");
  await run(
    "setfattr",
    "-n",
    "security.capability",
    "-v",
    "0x0100000200040000000000000000000000000000",
    "large",
  );
  await run("setfattr", "-n", "user.of-directory", "-v", "d", "dir");
  await run("setfattr", "-h", "-n", "trusted.of-symlink", "-v", "s", "symlink");
  await run("chown", "-h", "4294967294:70000", "fifo", "symlink", "sticky");
  await run("find", ".", "-exec", "touch", "-h", "-d", "@1700000000", "{}", "+");
  lutimesSync(at("file"), 2 ** 31 + 5, 2 ** 31 + 5);
  lutimesSync(at("symlink"), 1, 1);
}
