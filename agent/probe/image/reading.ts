import { spawn } from "node:child_process";
import { rootEnvironment } from "../../kernel/chroot.ts";
import { programPath } from "../../program.ts";
import type { RecordedContent } from "./contents/recorded.ts";
import type { ImageEntry } from "./entry.ts";
import type { FromReader, Job, ToReader } from "./protocol.ts";

const program = programPath(import.meta.url, "./reader");
/** Megabytes of the reader's heap: enough for as many paths as an inventory takes. */
const heap = 3072;

export interface ReadingOutput {
  entries(entries: ImageEntry[]): void;
  contents(contents: RecordedContent[]): void;
  /** An archive whose members are among the entries, by its digest. */
  known(sha256: string): void;
  /** Something is left out. */
  lost(detail: string): void;
}

export type ReadingResult =
  | { kind: "done"; size: number; sha256: string }
  | { kind: "failed"; because: string };

/**
 * Has a reader process of its own read an image. It never throws.
 * @param fd stays the caller's, to close afterwards.
 * @param known digests of archives whose members need not be read: what was told of with `known`.
 */
export function readImage(
  job: Job,
  fd: number,
  known: readonly string[],
  out: ReadingOutput,
): Promise<ReadingResult> {
  return new Promise((resolve) => {
    let result: ReadingResult | undefined;
    // A session of its own: Ctrl-C is for the build, and its share of the processor is not the recorder's.
    const child = spawn(process.execPath, [`--max-old-space-size=${heap}`, program], {
      stdio: ["ignore", "ignore", "pipe", "ipc", fd],
      serialization: "advanced",
      detached: true,
      cwd: "/",
      env: { ...rootEnvironment(), PATH: process.env.PATH },
    });
    const messages = tail(child.stderr!);
    const tell = (message: ToReader) => {
      if (!child.connected) return; // it has ended, as "close" says
      child.send(message, (error) => {
        if (error !== null) result ??= { kind: "failed", because: `its reader: ${error.message}` };
      });
    };
    child.on("message", (message: FromReader) => {
      switch (message.kind) {
        case "entries":
          out.entries(message.entries);
          return;
        case "contents":
          out.contents(message.contents);
          // In a turn of its own, after what waits: taking contents compresses, which takes milliseconds.
          setImmediate(() => tell({ kind: "more" }));
          return;
        case "known":
          out.known(message.sha256);
          return;
        case "lost":
          out.lost(message.detail);
          return;
        case "done":
        case "failed":
          result = message;
          return;
        default:
          message satisfies never;
      }
    });
    child.once("error", (error) => resolve({ kind: "failed", because: `its reader: ${error.message}` }));
    // "close" comes after the last message, "exit" may come before it.
    child.once("close", (status, signal) => {
      const how = signal === null ? `status ${status}` : signal;
      resolve(result ?? { kind: "failed", because: `its reader ended with ${how}${messages()}` });
    });
    tell({ kind: "job", job, known });
  });
}

function tail(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (part: Buffer) => {
    text = (text + part.toString()).slice(-2000);
  });
  return () => (text === "" ? "" : `: ${text.trim()}`);
}
