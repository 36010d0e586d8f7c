import { EventEncoder } from "../../../proto/encoder.ts";
import { type Event, operation } from "../../../proto/events.ts";
import { encodeBlock, fileMagic } from "../../../proto/recording.ts";
import { Scenario } from "../../collector/support/scenario.ts";

/** As many as the recorder puts into one in a minimal build. */
const eventsInBlock = 1750;
/** A recording has so many different blocks; then they come again. */
const different = 20;

/** The blocks of a recording with about so many events, of the kinds that a minimal build has. The first has the magic. */
export function* blocksOf(build: string, events: number): Generator<Buffer> {
  let sequence = 0;
  const wrap = (list: readonly Event[]) => {
    const encoder = new EventEncoder();
    for (const event of list) encoder.add(event);
    return encodeBlock(encoder, sequence++);
  };
  const beginning = new Scenario({ build, directory: Buffer.from(`/srv/${build}`) });
  yield Buffer.concat([fileMagic, wrap(beginning.events)]);
  const count = Math.max(Math.ceil(events / eventsInBlock) - 1, 1);
  for (let i = 0; i < count; i++, sequence++) yield middle(i % different);
  const end: Event = {
    kind: "end",
    time: beginning.time,
    status: 0,
    signal: 0,
    outcome: "ended",
    counts: [],
  };
  yield wrap([end]);
}

const made = new Map<number, Buffer>();

/** The collector looks at no sequence numbers: these blocks can be used again. */
function middle(which: number): Buffer {
  let block = made.get(which);
  if (block === undefined) {
    const encoder = new EventEncoder();
    for (let i = 0; i < eventsInBlock; i++) encoder.add(eventOf(which * eventsInBlock + i));
    block = encodeBlock(encoder, which + 1);
    made.set(which, block);
  }
  return block;
}

/** Of ten events six are of files, and the others of a process that comes, calls exec and ends. */
function eventOf(i: number): Event {
  const time = 1_000_000 + i * 50;
  const process = 1 + Math.floor(i / 10);
  switch (i % 10) {
    case 0:
      return {
        kind: "process",
        time,
        id: process,
        pid: process,
        start: time * 1000,
        parent: 0,
        parentEpoch: 0,
        outside: false,
      };
    case 1:
    case 2: {
      const argv = Buffer.from(
        `/usr/bin/dpkg-deb\0--extract\0/var/cache/apt/archives/package-${i % 300}_1.2-3_amd64.deb\0.`,
      );
      const text = Buffer.from("/usr/bin/dpkg-deb");
      const facts = { uid: 0, root: 0, environment: [], restored: false, cut: false };
      const place = { filename: text, executable: text, workingDirectory: Buffer.from("/srv/build/chroot") };
      return {
        kind: "exec",
        time,
        process,
        epoch: i % 10,
        argv,
        argvLength: argv.length,
        ...place,
        ...facts,
      };
    }
    case 9:
      return { kind: "exit", time, process, status: 0, signal: 0, core: false };
    default: {
      const operations = operation.create | operation.write;
      const facts = { newDirectory: 0, newName: "", child: 0, object: 1000 + i };
      return {
        kind: "file",
        time,
        process,
        epoch: 2,
        operations,
        directory: 1,
        name: `file-${i % 5000}.list`,
        ...facts,
      };
    }
  }
}
