/** Pseudo-random numbers that are the same for the same seed (mulberry32): a failure can be repeated. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** Numbers at which lengths and offsets go wrong, little endian and as varints. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** A frame as no client of ours would send it. */
export function mutate(frame: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(frame);
  const changes = 1 + random.below(4);
  for (let i = 0; i < changes; i++) bytes = change(bytes, random);
  return bytes;
}

function change(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.from([random.below(256)]);
  const at = random.below(bytes.length);
  switch (random.below(8)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << random.below(8));
      return bytes;
    case 1:
      bytes[at] = random.below(256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(1 + random.below(64), random.below(256))]);
    case 4:
      if (at + 4 <= bytes.length) bytes.writeUInt32LE(random.pick(edges), at);
      return bytes;
    case 5: {
      const length = 1 + random.below(Math.min(32, bytes.length - at));
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    }
    case 6:
      return Buffer.concat([bytes.subarray(0, at), varint(random.pick(edges)), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from("../../../etc/passwd\0"), bytes.subarray(at)]);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
