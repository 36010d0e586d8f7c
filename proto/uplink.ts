import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { readNumbers } from "./numbers.ts";
import { maximumBlock } from "./recording.ts";

/** Version of the protocol, as Hello says it. A collector takes this one and those below it to the oldest that it knows. */
export const uplinkProtocol = 1;
export const oldestUplinkProtocol = 1;
/** Of a frame, in bytes: a block, its header, and some room. */
export const maximumFrame = maximumBlock + 4096;
/** Where the socket is. */
export const uplinkPath = "/v1/uplink";

export interface Label {
  name: string;
  value: string;
}
export interface Hello {
  kind: "hello";
  protocol: number;
  build: string;
  head: Uint8Array;
  labels: Label[];
}
export interface Welcome {
  kind: "welcome";
  offset: number;
  window: number;
}
export interface Block {
  kind: "block";
  offset: number;
  data: Uint8Array;
}
export interface Acknowledgement {
  kind: "acknowledgement";
  offset: number;
}
export interface End {
  kind: "end";
  size: number;
  sha256: Uint8Array;
}
export interface Done {
  kind: "done";
  sha256: Uint8Array;
}
export const refusalCodes = ["protocol", "token", "build", "block", "digest", "quota", "full"] as const;
export type RefusalCode = (typeof refusalCodes)[number];
export interface Refusal {
  kind: "refusal";
  code: string;
  message: string;
  again: boolean;
}
export type Frame = Hello | Welcome | Block | Acknowledgement | End | Done | Refusal;

/** What was received is no frame: whoever sent it is not trusted further. */
export class BadFrame extends Error {
  override readonly name = "BadFrame";
}

export function encodeFrame(frame: Frame): Uint8Array {
  return frameType.encode({ [frame.kind]: frame }).finish();
}

/** @throws BadFrame for bytes that are no frame, or hold numbers that no file has */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > maximumFrame)
    throw new BadFrame(`a frame must be at most ${maximumFrame} bytes, but it is ${bytes.length}`);
  let message: Record<string, unknown>;
  try {
    message = frameType.toObject(frameType.decode(bytes), { defaults: true, arrays: true, oneofs: true });
  } catch (error) {
    throw new BadFrame(`a frame must be a message of the uplink: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const kind = message.of as Frame["kind"] | undefined;
  if (kind === undefined)
    throw new BadFrame("a frame must have one of the uplink's messages, but it has none");
  const frame = { kind, ...(message[kind] as object) } as Frame;
  for (const name of ["offset", "size", "window"] as const) {
    const value = (frame as unknown as Record<string, unknown>)[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      throw new BadFrame(`${kind}: ${name} must be a number of bytes below 2^53, but it is ${value}`);
  }
  return frame;
}

readNumbers(protobuf); // those beyond 2^53 are refused above
const frameType = protobuf
  .parse(readFileSync(new URL("./uplink.proto", import.meta.url), "utf8"))
  .root.lookupType("isotrace.uplink.v1.Frame");
