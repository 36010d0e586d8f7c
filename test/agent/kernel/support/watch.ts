import { execa } from "execa";
import { expect } from "vitest";
import { decode } from "../../../../agent/kernel/decode.ts";
import type { KernelEvent } from "../../../../agent/kernel/events.ts";
import {
  openProcessEvents,
  type ProcessEvents,
  type ProcessEventsOptions,
  ringSize,
} from "../../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../../agent/kernel/ring.ts";

export type Of<K extends KernelEvent["kind"]> = Extract<KernelEvent, { kind: K }>;

/** The kernel's process events of the whole machine, from when it is made until it is closed. */
export class Watch {
  readonly #source: ProcessEvents;
  readonly #ring: Ring;
  readonly #events: KernelEvent[] = [];

  constructor(options: ProcessEventsOptions = { needs: true }) {
    this.#source = openProcessEvents(options);
    this.#ring = new Ring(this.#source.ringFd, ringSize(this.#source.ringFd));
  }

  /** Runs a command, and gives what the kernel told of its process. */
  async eventsOf(file: string, args: string[], options = {}): Promise<KernelEvent[]> {
    const child = execa(file, args, { reject: false, stdin: "ignore", ...options });
    await child;
    return this.of(child.pid!);
  }

  /** What the kernel told of a process until now. */
  of(pid: number): KernelEvent[] {
    this.#ring.consume((offset, length) =>
      this.#events.push(decode(this.#ring.data, this.#ring.view, offset, length)),
    );
    return this.#events.filter((event) => "pid" in event && event.pid === pid);
  }

  close(): void {
    this.#ring.close();
    this.#source.close();
  }
}

export function every<K extends KernelEvent["kind"]>(found: KernelEvent[], kind: K): Of<K>[] {
  return found.filter((event): event is Of<K> => event.kind === kind);
}

export function only<K extends KernelEvent["kind"]>(found: KernelEvent[], kind: K): Of<K> {
  const own = every(found, kind);
  expect(own).toHaveLength(1);
  return own[0]!;
}
