import type { Target } from "./link.ts";
import { RecordingTail } from "./tail.ts";
import { sendRecording } from "./uplink.ts";

/** What the process that sends is told, and tells. */
export type ToUplink =
  | { kind: "start"; recording: string; target: Target; patience: number }
  | { kind: "ended" };
export type FromUplink =
  | { kind: "trouble"; message: string }
  | { kind: "sent" }
  | { kind: "failed"; message: string };

/** A process that sends one recording while it is made: a network that hangs holds up neither build nor recorder. */
function main(): void {
  let hasEnded = false;
  process.on("message", (message: ToUplink) => {
    switch (message.kind) {
      case "start":
        send(message, () => hasEnded);
        return;
      case "ended":
        hasEnded = true;
        return;
      default:
        message satisfies never;
    }
  });
  // Without the supervisor nobody waits: what is not sent can be pushed later.
  process.on("disconnect", () => process.exit());
}

function send(
  { recording, target, patience }: Extract<ToUplink, { kind: "start" }>,
  hasEnded: () => boolean,
): void {
  sendRecording(target, new RecordingTail(recording), {
    hasEnded,
    patience,
    trouble: (message) => tell({ kind: "trouble", message }),
  }).then(
    () => tell({ kind: "sent" }),
    (error: Error) => tell({ kind: "failed", message: error.message }),
  );
}

function tell(message: FromUplink): void {
  if (process.connected) process.send?.(message);
}

main();
