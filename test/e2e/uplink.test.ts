import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "./lib/free-port.ts";
import { isotrace, testHome } from "./lib/paths.ts";

const home = testHome("uplink");
const [build, out, data] = [join(home, "build"), join(home, "out"), join(home, "data")];
let collector: Collector;

/** A collector's own process, which can be killed and started again on the same port and data. */
class Collector {
  readonly port: number;
  #child: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    const child = spawn(isotrace, ["collect", "--listen", `127.0.0.1:${this.port}`, "--data", data], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    await once(child.stderr!, "data");
    child.stderr!.resume();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

beforeEach(async () => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  collector = new Collector(await freePort());
});

afterEach(async () => {
  await collector.kill();
  rmSync(home, { recursive: true, force: true });
});

/** Processes and files for some seconds, so that there is a stream while things go wrong. */
const storm =
  "for i in $(seq 1 400); do for j in 1 2 3 4 5; do date >f$i.$j; mv f$i.$j g$i.$j; done; sleep 0.01; done; exit 7";

function run(port: number, ...options: string[]) {
  const url = `ws://127.0.0.1:${port}`;
  const args = ["run", "--out", out, "--collector", url, ...options, "--", "sh", "-c", storm];
  return execa(isotrace, args, { cwd: build, reject: false, stdin: "ignore" });
}

test("a collector that is killed again and again has the same recording in the end, and the build its own status", async () => {
  await collector.start();
  const running = run(collector.port);
  let kills = 0;
  const done = running.then(() => true);
  while (!(await Promise.race([done, wait(150 + ((kills * 97) % 200), false)]))) {
    if (kills++ >= 20) continue;
    await collector.kill();
    await wait((kills * 53) % 150);
    await collector.start();
  }
  expect((await running).exitCode).toBe(7);
  expect(kills).toBeGreaterThan(10);
  expectSame();
});

test("without a collector the build is recorded whole, and can be pushed later, more than once", async () => {
  const url = `ws://127.0.0.1:${collector.port}`;
  // The uplink tries for 30 s after the build: a recording is made without, and pushed to one that comes late.
  await execa(isotrace, ["run", "--out", out, "--", "sh", "-c", "echo x >x"], { cwd: build });
  const pushing = execa(isotrace, ["push", out, "--collector", url]);
  await wait(1500);
  await collector.start();
  await pushing;
  expectSame();
  await execa(isotrace, ["push", out, "--collector", url]);
  expectSame();
});

test("a link that is cut in the middle of a block goes on where the collector has it", async () => {
  await collector.start();
  const cut = await cuttingProxy(collector.port);
  const { exitCode } = await run(cut.port);
  expect(exitCode).toBe(7);
  expect(cut.cuts()).toBeGreaterThan(3);
  cut.close();
  expectSame();
});

test("two recordings with one build's id are kept apart", async () => {
  await collector.start();
  const url = `ws://127.0.0.1:${collector.port}`;
  await execa(isotrace, ["run", "--out", out, "--", "true"], { cwd: build });
  const other = join(home, "other");
  await execa(isotrace, ["run", "--out", other, "--", "true"], { cwd: build });
  const [a, b] = [out, other].map((each) => join(each, "recording.isotrace"));
  await execa(isotrace, ["push", a!, "--collector", url]);
  await execa(isotrace, ["push", b!, "--collector", url]);
  const kept = recordings().map((path) => readFileSync(path).toString("latin1"));
  expect(kept.sort()).toEqual([a!, b!].map((path) => readFileSync(path).toString("latin1")).sort());
});

test("a token is needed where there are tokens, and one that only reads cannot write", async () => {
  mkdirSync(data, { recursive: true });
  const make = (name: string, scope: string) =>
    execa(isotrace, ["collect", "token", "make", name, "--scope", scope, "--data", data]);
  const reader = (await make("reader", "read")).stdout;
  const agent = (await make("agent", "ingest")).stdout;
  expect(readFileSync(join(data, "tokens.json"), "utf8")).not.toContain(agent);
  await collector.start();
  await execa(isotrace, ["run", "--out", out, "--", "true"], { cwd: build });
  const url = `ws://127.0.0.1:${collector.port}`;
  const push = (token: string) =>
    execa(isotrace, ["push", out, "--collector", url], { env: { ISOTRACE_TOKEN: token }, reject: false });
  expect((await push("")).stderr).toContain("401");
  expect((await push(reader)).stderr).toContain("403");
  expect(existsSync(join(data, "recordings")) ? recordings() : []).toEqual([]);
  expect((await push(agent)).exitCode).toBe(0);
  expectSame();
});

test("garbage from one client changes nothing for another", async () => {
  await collector.start();
  const running = run(collector.port);
  const stop = vandalise(collector.port);
  expect((await running).exitCode).toBe(7);
  expect(stop()).toBeGreaterThan(20);
  expectSame();
});

function recordings(): string[] {
  const directory = join(data, "recordings");
  return readdirSync(directory).map((key) => join(directory, key, "recording.isotrace"));
}

function expectSame(): void {
  const [only, ...others] = recordings();
  expect(others).toEqual([]);
  expect(readFileSync(only!).equals(readFileSync(join(out, "recording.isotrace")))).toBe(true);
  expect(JSON.parse(readFileSync(join(only!, "../facts.json"), "utf8"))).toMatchObject({ isComplete: true });
}

/** Lets so many bytes through each connection, and then cuts it. */
async function cuttingProxy(target: number) {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const { connect } = await import("node:net");
  const server = createServer((client) => {
    const through = connect(target, "127.0.0.1");
    let left = 6000 + cuts * 5000;
    for (const each of [client, through]) {
      sockets.add(each);
      each.on("error", () => each.destroy()); // the other end was cut
    }
    client.on("data", (part) => {
      through.write(part.subarray(0, left));
      left -= part.length;
      if (left > 0) return;
      cuts++;
      client.destroy();
      through.destroy();
    });
    through.on("data", (part) => client.write(part));
    through.on("close", () => client.destroy());
    client.on("close", () => through.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    port,
    cuts: () => cuts,
    close: () => {
      for (const each of sockets) each.destroy();
      server.close();
    },
  };
}

/** Opens sockets and sends frames that are none, until it is stopped. @returns stops it, and tells how many were sent */
function vandalise(port: number): () => number {
  let sent = 0;
  let isOn = true;
  void (async () => {
    const { WebSocket } = await import("ws");
    while (isOn) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/uplink`);
      await new Promise<void>((resolve) => {
        socket.on("open", () => {
          const bytes = Buffer.from(
            Array.from({ length: 1 + (sent % 300) }, (_, i) => (i * 31 + sent * 7) % 256),
          );
          socket.send(bytes);
          sent++;
        });
        socket.on("error", () => resolve());
        socket.on("close", () => resolve());
      });
      await wait(5);
    }
  })();
  return () => {
    isOn = false;
    return sent;
  };
}
