import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Layout } from "../../../../collector/snapshot/layout.ts";
import { listen } from "../../../../collector/snapshot/serve/server.ts";
import { testHome } from "../../../e2e/lib/paths.ts";

const home = testHome("snapshot-serve");
const layout = new Layout(join(home, "data"));
const deb = "debian/2026112401/pool/a/alpha_1.0~rc1_amd64.deb";
const warnings: string[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  const files = {
    "public/debian/2026112401/dists/stable/InRelease": "release",
    "public/debian/2026112401/dists/stable/main/binary-amd64/Packages.gz": "index",
    "public/debian/project/trace/debian": "Archive serial: 2026112401\n",
    "public/1.0/debian/dists/stable/InRelease": "release",
    "public/.new-tag-2.0/debian/file": "unfinished",
    "archives/debian/pool/a/alpha_1.0~rc1_amd64.deb": "0123456789",
    "archives/debian/db/packages.db": "database",
    "private/gnupg/secret": "secret",
    "state.json": "{}",
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(layout.data, path)), { recursive: true });
    writeFileSync(join(layout.data, path), content);
  }
  symlinkSync("../../../archives/debian/pool", join(layout.public, "debian/2026112401/pool"));
  symlinkSync("../../private", join(layout.public, "debian/private"));
  symlinkSync("../../archives/debian/db", join(layout.public, "debian/db"));
  symlinkSync("/etc/hostname", join(layout.public, "debian/hostname"));
  ({ server, url } = await listen(layout, { host: "127.0.0.1", port: 0 }, (line) => warnings.push(line)));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true, force: true });
  expect(warnings).toEqual([]);
});

test("a package is served from its archive's pool, whole or in part", async () => {
  const whole = await fetch(`${url}/${deb.replace("~", "%7e")}`);
  expect([whole.status, await whole.text()]).toEqual([200, "0123456789"]);
  expect(whole.headers.get("cache-control")).toContain("immutable");
  const part = await fetch(`${url}/${deb}`, { headers: { Range: "bytes=7-" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 7-9/10",
    "789",
  ]);
  const beyond = await fetch(`${url}/${deb}`, { headers: { Range: "bytes=10-" } });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
});

test("what a client has already is not sent again", async () => {
  const first = await fetch(`${url}/${deb}`);
  await first.text();
  const [etag, time] = [first.headers.get("etag")!, first.headers.get("last-modified")!];
  const status = async (headers: Record<string, string>) => {
    const response = await fetch(`${url}/${deb}`, { headers });
    return [response.status, await response.text()];
  };
  expect(await status({ "If-None-Match": `"other", ${etag}` })).toEqual([304, ""]);
  expect(await status({ "If-None-Match": '"other"', "If-Modified-Since": time })).toEqual([
    200,
    "0123456789",
  ]);
  expect(await status({ "If-Modified-Since": time })).toEqual([304, ""]);
  expect(await status({ "If-Modified-Since": "Thu, 01 Jan 1970 00:00:01 GMT" })).toEqual([200, "0123456789"]);
  expect(await status({ "If-Range": etag, Range: "bytes=8-" })).toEqual([206, "89"]);
  expect(await status({ "If-Range": '"other"', Range: "bytes=8-" })).toEqual([200, "0123456789"]);
});

test("only what may be signed again, or names the latest, is asked for again", async () => {
  const cache = async (path: string) => (await fetch(`${url}/${path}`)).headers.get("cache-control");
  expect(await cache("debian/2026112401/dists/stable/InRelease")).toBe("no-cache");
  expect(await cache("debian/project/trace/debian")).toBe("no-cache");
  expect(await cache("debian/2026112401/dists/stable/main/binary-amd64/Packages.gz")).toContain("immutable");
  expect(await cache("1.0/debian/dists/stable/InRelease")).toContain("immutable");
});

// Not by fetch, which would straighten them.
test.each([
  "/../state.json",
  "/debian/../../state.json",
  "/debian/%2e%2e/%2e%2e/state.json",
  "/..%2f..%2fetc%2fpasswd",
  "//../state.json",
  "/debian/2026112401/pool/../db/packages.db",
  "/debian/2026112401/pool/%2e%2e/db/packages.db",
  "/debian/private/gnupg/secret",
  "/debian/db/packages.db",
  "/debian/hostname",
  "/.new-tag-2.0/debian/file",
  "/debian/2026112401/pool",
  "/debian",
  "/",
  "/debian/2026112401/dists/stable/InRelease/x",
  "http://other/../state.json",
])("%s gives nothing", async (target) => {
  expect(await rawStatus(`GET ${target} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 (400|404) /);
});

test("nothing but reading is allowed", async () => {
  for (const method of ["POST", "PUT", "DELETE"])
    expect((await fetch(`${url}/${deb}`, { method })).status).toBe(405);
  const head = await fetch(`${url}/${deb}`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
});

test("a client that goes away in the middle of a file is no trouble for the next", async () => {
  writeFileSync(join(layout.pool("debian"), "large.deb"), Buffer.alloc(32 << 20, "x"));
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`${url}/debian/2026112401/pool/large.deb`);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
  }
  const whole = await fetch(`${url}/debian/2026112401/pool/large.deb`);
  expect((await whole.bytes()).length).toBe(32 << 20);
  expect(warnings).toEqual([]);
});

async function rawStatus(line: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}
