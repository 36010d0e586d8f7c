import { createHash } from "node:crypto";
import { WebSocket } from "ws";
import { decodeFrame, encodeFrame, uplinkPath, uplinkProtocol } from "../../../proto/uplink.ts";
import { blocksOf } from "./recording.ts";

/** The process of a benchmark's agents: `node agents.ts URL AGENTS EVENTS NAME`; says when all of it is acknowledged. */
async function main([url, agents, events, name]: string[]): Promise<void> {
  const recordings = Array.from({ length: Number(agents) }, (_, i) => {
    const build = `${name}-${i}`;
    return { build, blocks: [...blocksOf(build, Number(events))] };
  });
  process.send?.("made");
  await new Promise((resolve) => process.once("message", resolve));
  await Promise.all(recordings.map(({ build, blocks }) => send(url!, build, blocks)));
  process.send?.("sent");
  process.disconnect();
}

/** As an agent does, from memory: as far as the window lets it. */
function send(url: string, build: string, blocks: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace("http", "ws") + uplinkPath, { perMessageDeflate: false });
    const hash = createHash("sha256");
    for (const block of blocks) hash.update(block);
    const sha256 = hash.digest();
    let [next, sent, acknowledged, window] = [0, 0, 0, 0];
    const pump = () => {
      while (next < blocks.length && sent - acknowledged < window && socket.bufferedAmount < 4 << 20) {
        const data = blocks[next++]!;
        socket.send(encodeFrame({ kind: "block", offset: sent, data }), () => pump());
        sent += data.length;
        if (next === blocks.length) socket.send(encodeFrame({ kind: "end", size: sent, sha256 }));
      }
    };
    socket.on("open", () => {
      const head = createHash("sha256").update(blocks[0]!).digest();
      socket.send(encodeFrame({ kind: "hello", protocol: uplinkProtocol, build, head, labels: [] }));
    });
    socket.on("message", (data: Buffer) => {
      const frame = decodeFrame(data);
      if (frame.kind === "welcome") window = frame.window;
      if (frame.kind === "acknowledgement") acknowledged = frame.offset;
      if (frame.kind === "refusal") reject(new Error(frame.message));
      if (frame.kind === "done") resolve();
      pump();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`${build}: closed`)));
  });
}

await main(process.argv.slice(2));
