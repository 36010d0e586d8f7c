import { connect, createServer, type Socket } from "node:net";

/** How often a slow proxy gives on its part, in milliseconds. */
const turn = 100;

/** A bad way to a collector: `bad-way-main.ts HOST:PORT TO-HOST:TO-PORT delay|rate N`, see `BadWay`. */
function main([listen, to, kind, number]: string[]): void {
  const [host, port] = addressOf(listen!);
  const [toHost, toPort] = addressOf(to!);
  const server = createServer((client) => {
    const collector = connect(toPort, toHost);
    if (kind === "delay") delay(client, collector, Number(number));
    else trickle(client, collector, Number(number));
    delay(collector, client, kind === "delay" ? Number(number) : 0);
  });
  server.listen(port, host, () => process.stdout.write("listening\n"));
}

/** What is on its way is bounded by what both ends wait for: the uplink has a window. */
function delay(from: Socket, to: Socket, milliseconds: number): void {
  const later = (act: () => void) => setTimeout(act, milliseconds);
  from.on("data", (part) => later(() => to.write(part)));
  join(from, () => later(() => to.destroySoon()));
}

/** What is not given on is not read either, so that who sends has to wait. */
function trickle(from: Socket, to: Socket, bytesPerSecond: number): void {
  const part = (bytesPerSecond * turn) / 1000;
  from.pause();
  const timer = setInterval(() => {
    const data: Buffer | null = from.read(part) ?? from.read();
    if (data !== null) to.write(data);
  }, turn);
  join(from, () => {
    clearInterval(timer);
    to.destroySoon();
  });
}

function join(from: Socket, end: () => void): void {
  from.on("error", () => from.destroy()); // the other end is told by the close that follows
  from.on("close", end);
}

function addressOf(text: string): [string, number] {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at), Number(text.slice(at + 1))];
}

main(process.argv.slice(2));
