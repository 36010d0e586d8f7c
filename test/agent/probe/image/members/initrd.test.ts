import { randomBytes } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MembersError } from "../../../../../agent/probe/image/members/byte-source.ts";
import { CpioError, type CpioHeader } from "../../../../../agent/probe/image/members/cpio-header.ts";
import { readInitrd } from "../../../../../agent/probe/image/members/initrd.ts";
import { MemberSink, memberLimit } from "../../../../../agent/probe/image/members/member-sink.ts";

const unbounded = () => ({ bytes: 2 ** 40, deadline: Number.POSITIVE_INFINITY });

/** Collects members as "name=content". */
async function collect(parts: Buffer[], limits = unbounded()): Promise<string[]> {
  const found: string[] = [];
  const sink = {
    entry: (name: string, _: CpioHeader) => found.push(`${name}=`),
    content: (part: Buffer) => {
      found[found.length - 1] += part.toString("latin1");
    },
    end: () => {},
  };
  await readInitrd(streamOf(parts), sink, limits);
  return found;
}

async function* streamOf(parts: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* parts;
}

function member(name: string, content = "", mode = 0o100644): Buffer {
  const fields = [1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const head = `070701${fields.map((value) => value.toString(16).padStart(8, "0")).join("")}${name}\0`;
  const padded = (text: string) => text + "\0".repeat((4 - (text.length % 4)) % 4);
  return Buffer.from(padded(head) + padded(content), "latin1");
}

function archive(...members: Buffer[]): Buffer {
  return Buffer.concat([...members, member("TRAILER!!!")]);
}

function split(bytes: Buffer, sizes: number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 7;
    parts.push(bytes.subarray(at, at + size));
    at += Math.max(size, 1);
  }
  return parts;
}

const compressors: Record<string, (plain: Buffer) => Buffer> = {
  not: (plain) => Buffer.from(plain),
  gzip: (plain) => gzipSync(plain),
  zstd: (plain) => zstdCompressSync(plain),
};
const contents = fc.array(
  fc.tuple(
    fc.string({ minLength: 1, maxLength: 9, unit: fc.constantFrom("a", "/", "\xff", "\n") }),
    fc.string({ maxLength: 20 }).map((text) => Buffer.from(text).toString("latin1")),
  ),
  { maxLength: 5 },
);

test("archives one after another are read, however compressed, and in whatever parts they come", async () => {
  const segment = fc.record({
    members: contents,
    compress: fc.constantFrom("not", "zstd"),
    zeros: fc.integer({ min: 0, max: 9 }),
  });
  const last = fc.record({
    members: contents,
    compress: fc.constant("gzip"),
    zeros: fc.integer({ min: 0, max: 9 }),
  });
  const all = fc.tuple(fc.array(segment, { maxLength: 3 }), fc.array(last, { maxLength: 2 }));
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(all, sizes, async ([first, then], lengths) => {
      const segments = [...first, ...then];
      const bytes = segments.map(({ members, compress, zeros }) => {
        const plain = archive(...members.map(([name, content]) => member(name, content)));
        return Buffer.concat([compressors[compress]!(plain), Buffer.alloc(zeros)]);
      });
      const found = await collect(split(Buffer.concat(bytes), lengths));
      expect(found).toEqual(segments.flatMap(({ members }) => members.map((pair) => pair.join("="))));
    }),
    { numRuns: 300 },
  );
});

test("whatever comes, it ends, or fails as an archive does", async () => {
  const good = archive(member("a", "content"), member("b", "more"));
  const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 3 }),
      fc.constantFrom("not", "gzip", "zstd"),
      async (changes, compress) => {
        const bytes =
          compress === "gzip"
            ? gzipSync(good)
            : compress === "zstd"
              ? zstdCompressSync(good)
              : Buffer.from(good);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        await collect([bytes]).catch((error: unknown) => {
          if (!(error instanceof MembersError || error instanceof CpioError)) throw error;
        });
      },
    ),
    { numRuns: 500 },
  );
});

describe("bounds:", () => {
  test("what decompresses to more than is read", async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    await expect(collect([bomb], { ...unbounded(), bytes: 8 << 20 })).rejects.toThrow(
      new MembersError("they are more bytes than are read"),
    );
  });

  test("a member that says more than there is", async () => {
    const lie = Buffer.from(member("a", "x".repeat(100)));
    lie.write("ffffffff", 6 + 8 * 6);
    await expect(collect([lie])).rejects.toThrow(new CpioError("the archive ends within its content"));
  });

  test("a time that is over", async () => {
    await expect(collect([archive(member("a"))], { bytes: 1e6, deadline: 0 })).rejects.toThrow(
      "reading them took too long",
    );
  });

  test("more members than are read: those before are known", async () => {
    const sink = new MemberSink("/boot/initrd", () => {});
    const one = member("x");
    function* endless() {
      for (;;) yield one;
    }
    await expect(readInitrd(streamOf(endless()), sink, unbounded())).rejects.toThrow(
      `more than ${memberLimit}`,
    );
    expect(sink.members.length).toBe(memberLimit);
  });

  test.each([
    [
      "a name",
      (bytes: Buffer) => bytes.write("00010000", 6 + 8 * 11),
      "a name says 65536 bytes; at most 4096",
    ],
    [
      "a mode that no file has",
      (bytes: Buffer) => bytes.write("0000f1a4", 6 + 8),
      "the mode of a member is 0170644",
    ],
  ])("%s", async (_, change, because) => {
    const bytes = archive(member("a"));
    change(bytes);
    await expect(readInitrd(streamOf([bytes]), new MemberSink("/i", () => {}), unbounded())).rejects.toThrow(
      because,
    );
  });

  test("a symlink's target that is a file's content", async () => {
    const bytes = archive(member("l", "x".repeat(5000), 0o120777));
    await expect(readInitrd(streamOf([bytes]), new MemberSink("/i", () => {}), unbounded())).rejects.toThrow(
      "a symlink's target says 5000 bytes",
    );
  });
});

test("a large archive comes through a small window", async () => {
  const content = randomBytes(3 << 20).toString("latin1");
  const bytes = zstdCompressSync(archive(member("large", content)));
  expect(await collect(split(bytes, [64 << 10]))).toEqual([`large=${content}`]);
});
