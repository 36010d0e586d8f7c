const left = new Set<() => void>();
let isListening = false;

/**
 * Has something undone when this process ends, however it ends but by SIGKILL: kernel objects and processes outlive it.
 * @param act must not wait for anything, and do no harm twice.
 * @returns does it now instead
 */
export function undoAtEnd(act: () => void): () => void {
  if (!isListening) listen();
  left.add(act);
  return () => {
    if (left.delete(act)) act();
  };
}

function listen(): void {
  isListening = true;
  process.on("exit", () => {
    // The last first: what was made later stands on what was made before.
    for (const act of [...left].reverse()) act();
  });
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
