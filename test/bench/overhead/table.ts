import { type Observer, observers, type Sample } from "./measure.ts";

/** What a bench found, as lines of text: medians, and the ratios of each to the bare build of the same round. */
export function table(samples: Sample[]): string {
  const rows = observers
    .map((observer) => ({ observer, own: samples.filter((sample) => sample.observer === observer) }))
    .filter(({ own }) => own.length > 0)
    .map(({ observer, own }) => [
      observer,
      String(own.length),
      ...(["wall", "whole", "cpu", "own"] as const).flatMap((what) => [
        median(own.map((sample) => sample[what])).toFixed(1),
        observer === "bare" ? "" : ratio(samples, observer, what),
      ]),
    ]);
  const head = [
    "",
    "n",
    "wall, s",
    "ratio",
    "with reports, s",
    "ratio",
    "CPU, s",
    "ratio",
    "the build's own",
    "ratio",
  ];
  return [...layOut([head, ...rows]), ...recorderLines(samples)].join("\n");
}

function ratio(samples: Sample[], observer: Observer, what: "wall" | "whole" | "cpu" | "own"): string {
  const bare = new Map(samples.filter((each) => each.observer === "bare").map((each) => [each.round, each]));
  const ratios = samples
    .filter((each) => each.observer === observer)
    .map((each) => each[what] / bare.get(each.round)![what]);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(3)} (${least.toFixed(3)}-${most.toFixed(3)})`;
}

function recorderLines(samples: Sample[]): string[] {
  const recorders = samples.flatMap(({ observer, recorder }) =>
    observer === "isotrace" && recorder !== undefined ? [recorder] : [],
  );
  if (recorders.length === 0) return [];
  const of = (value: (recorder: (typeof recorders)[number]) => number) => median(recorders.map(value));
  return [
    "",
    `recorder: ${of(({ cpu }) => cpu).toFixed(1)} s CPU, ${of(({ events }) => events)} events, ` +
      `${of(({ cpu, events }) => (cpu / events) * 1e6).toFixed(1)} µs an event`,
    `peak memory ${(Math.max(...recorders.map(({ memory }) => memory)) / 1e6).toFixed(0)} MB, ` +
      `recording ${(of(({ size }) => size) / 1e6).toFixed(1)} MB`,
  ];
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function layOut(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
}
